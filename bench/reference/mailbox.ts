// A plain mailbox server: the same wire and the same answers, two maps and no storage. What ours is measured against.
// `mailbox.ts eager` promises less: it ends a call whole, and confirms a message as soon as it has written it.

import type { Socket } from 'bun';

interface User {
  lastId: number;
  port: number | undefined;
}

interface Connection {
  bytes: Buffer | undefined;
}

const isEager = process.argv[2] === 'eager';
const users = new Map<string, User>();
/** Connected users, in the order in which they connected. */
const here = new Set<string>();

const fieldCounts: Readonly<Record<string, number>> = {
  REGISTER: 4,
  CONNECT: 3,
  CONNECTEDUSERS: 2,
  SEND: 4,
};

const fields = (...texts: readonly string[]): string => texts.map((text) => `${text}\0`).join('');

function serve(socket: Socket<Connection>, request: readonly string[]): void {
  const [operation = '', first = '', second = '', third = ''] = request;
  const answer = (code: number, rest = ''): void => {
    socket.write(String.fromCharCode(code) + rest);
    socket.end();
  };
  switch (operation) {
    case 'REGISTER':
      if (users.has(second)) return answer(1);
      users.set(second, { lastId: 0, port: undefined });
      return answer(0);
    case 'CONNECT': {
      const user = users.get(first);
      if (!user) return answer(1);
      if (user.port !== undefined) return answer(2);
      user.port = Number(second);
      here.add(first);
      return answer(0);
    }
    case 'CONNECTEDUSERS':
      if (!users.has(first)) return answer(2);
      if (!here.has(first)) return answer(1);
      return answer(0, fields(String(here.size), ...here));
    case 'SEND': {
      const from = users.get(first);
      const to = users.get(second);
      if (!from || !to) return answer(1);
      const id = String(++from.lastId);
      answer(0, fields(id));
      // Confirmed once the recipient has read all of it and ended its side.
      if (to.port !== undefined) {
        call(to.port, fields('SEND_MESSAGE', first, id, third), () => {
          if (from.port !== undefined) call(from.port, fields('SEND_MESS_ACK', id));
        });
      }
    }
  }
}

/** One thing said on a connection of its own; `taken` when the other end has ended, too, or at once. */
function call(port: number, content: string, taken?: () => void): void {
  void Bun.connect({
    hostname: '127.0.0.1',
    port,
    allowHalfOpen: !isEager,
    socket: {
      open(socket) {
        socket.write(content);
        if (!isEager) {
          socket.shutdown();
          return;
        }
        socket.end();
        taken?.();
      },
      data() {},
      close: (_, error) => {
        if (!error && !isEager) taken?.();
      },
    },
  });
}

const listener = Bun.listen<Connection>({
  hostname: '127.0.0.1',
  port: 0,
  socket: {
    open(socket) {
      socket.data = { bytes: undefined };
    },
    data(socket, bytes) {
      const { data } = socket;
      data.bytes = data.bytes ? Buffer.concat([data.bytes, bytes]) : bytes;
      const request = data.bytes.toString('utf8').split('\0');
      // What stands behind the last NUL is no field yet.
      if (request.length > (fieldCounts[request[0] ?? ''] ?? 0)) serve(socket, request);
    },
  },
});
process.stdout.write(`port ${listener.port}\n`);
