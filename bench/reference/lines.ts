// A plain server of the line dialect: the same lines and answers, one map and no storage.

interface Connection {
  rest: string;
}

const lastIds = new Map<string, number>();

function answer(line: string): string {
  if (line.startsWith('+')) {
    lastIds.set(line.slice(1), 0);
    return 'ok\n';
  }
  const [from = '', to = ''] = line.split(' ', 2);
  const last = lastIds.get(from);
  if (last === undefined || !lastIds.has(to)) return 'unknown\n';
  lastIds.set(from, last + 1);
  return `${last + 1}\n`;
}

const listener = Bun.listen<Connection>({
  hostname: '127.0.0.1',
  port: 0,
  socket: {
    open(socket) {
      socket.data = { rest: '' };
    },
    data(socket, bytes) {
      const lines = (socket.data.rest + bytes.toString('utf8')).split('\n');
      socket.data.rest = lines.pop() ?? '';
      socket.write(lines.map(answer).join(''));
    },
  },
});
process.stdout.write(`port ${listener.port}\n`);
