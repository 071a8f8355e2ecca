// A proxy whose connections break at random bytes, for clients that must lose and double nothing.

interface Ends {
  other: Bun.Socket<Ends> | undefined;
  readonly waiting: Uint8Array[];
  left: number;
}

/** A proxy that passes bytes in both directions, and breaks each connection after some of them, `cuts.left` times in all. */
export function cuttingProxy(port: number, chance: () => number, cuts: { left: number }) {
  const pass = (from: Bun.Socket<Ends>, bytes: Uint8Array): void => {
    const { data } = from;
    let piece = bytes;
    if (cuts.left > 0 && (data.left -= bytes.length) < 0) {
      cuts.left--;
      piece = bytes.subarray(0, bytes.length + data.left);
    }
    if (data.other) data.other.write(piece);
    else data.waiting.push(piece.slice());
    if (piece.length === bytes.length) return;
    data.other?.flush();
    data.other?.end();
    from.terminate();
  };
  const handlers = {
    data: pass,
    close: ({ data }: Bun.Socket<Ends>) => void data.other?.end(),
    error: () => {},
  };
  const ends = (): Ends => ({
    other: undefined,
    waiting: [],
    // The answer to the upgrade alone has some hundred bytes.
    left: 200 + Math.floor(chance() * 1500),
  });
  return Bun.listen<Ends>({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      ...handlers,
      open(near) {
        near.data = ends();
        void Bun.connect<Ends>({
          hostname: '127.0.0.1',
          port,
          data: { ...ends(), other: near },
          socket: {
            ...handlers,
            open(far) {
              near.data.other = far;
              for (const bytes of near.data.waiting.splice(0)) far.write(bytes);
            },
          },
        });
      },
    },
  });
}
