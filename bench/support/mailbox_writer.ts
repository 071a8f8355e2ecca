// Sends durable mailbox messages one after the other, as fast as they are stored, until told to stop.

declare const self: Worker;

const port = Number(process.argv.at(-1));
const running = { isOver: false };
self.addEventListener('message', () => {
  running.isOver = true;
});

/** One operation: a connection, the fields ended by NUL, the server's answer to its end. */
function operate(...fields: readonly string[]): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let answer: number | undefined;
  void Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      open: (socket) => void socket.write(fields.map((field) => `${field}\0`).join('')),
      data: (_, bytes) => void (answer ??= bytes[0]),
      close: () => resolve(answer ?? -1),
      error: (_, error) => reject(error),
    },
  }).catch(reject);
  return promise;
}

for (const name of ['ann', 'ben']) await operate('REGISTER', name, name, '01/01/2000');
let count = 0;
const start = performance.now();
while (!running.isOver) {
  const code = await operate('SEND', 'ann', 'ben', `message ${count}`);
  if (code !== 0) throw new Error(`the server answered ${code}`);
  count++;
}
postMessage((count / (performance.now() - start)) * 1000);
