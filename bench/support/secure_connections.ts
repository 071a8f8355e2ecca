// Connections over TLS that shake hands and then say nothing.

const tls = { rejectUnauthorized: false } as const;

/** One, on which hands have been shaken. */
function shake(port: number): Promise<Bun.Socket> {
  return new Promise((resolve, reject) => {
    const socket = {
      handshake: (made: Bun.Socket) => resolve(made),
      data() {},
      error: (_: Bun.Socket, error: Error) => reject(error),
    };
    Bun.connect({ hostname: '127.0.0.1', port, tls, socket }).catch(reject);
  });
}

/** So many, of which so many shake hands at once. */
export async function shakeAll(port: number, count: number, atOnce: number): Promise<Bun.Socket[]> {
  const made: Bun.Socket[] = [];
  let begun = 0;
  const one = async (): Promise<void> => {
    while (begun++ < count) made.push(await shake(port));
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return made;
}
