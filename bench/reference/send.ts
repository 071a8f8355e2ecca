// A plain client that sends one message and exits: `bun send.ts PORT FROM TO TEXT`.

const [port, ...fields] = process.argv.slice(2);
let answer = '';
await Bun.connect({
  hostname: '127.0.0.1',
  port: Number(port),
  socket: {
    open: (socket) => void socket.write(`${['SEND', ...fields].join('\0')}\0`),
    data(_, bytes) {
      answer += bytes.toString('latin1');
    },
    close() {
      process.exit(answer.startsWith('\0') ? 0 : 1);
    },
  },
});
