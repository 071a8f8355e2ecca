// A plain relay of 200-byte frames: passes them on to all others, with one write for each receiver and turn.

const frameBytes = 200;

interface Peer {
  /** What of a frame has come. */
  rest: Uint8Array;
  /** What the system did not take. */
  queue: Uint8Array[];
}

const peers = new Set<Bun.Socket<Peer>>();

const listener = Bun.listen<Peer>({
  hostname: '127.0.0.1',
  port: 0,
  socket: {
    open(socket) {
      socket.data = { rest: new Uint8Array(0), queue: [] };
      socket.setNoDelay(true);
      peers.add(socket);
    },
    data(from, bytes) {
      const { rest } = from.data;
      const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      const whole = all.length - (all.length % frameBytes);
      from.data.rest = all.subarray(whole);
      if (whole === 0) return;
      const frames = all.subarray(0, whole);
      for (const peer of peers) if (peer !== from) write(peer, frames);
    },
    drain(socket) {
      const { queue } = socket.data;
      socket.data.queue = [];
      for (const bytes of queue) write(socket, bytes);
    },
    close: (socket) => void peers.delete(socket),
    error: (socket) => void peers.delete(socket),
  },
});

function write(socket: Bun.Socket<Peer>, bytes: Uint8Array): void {
  const { queue } = socket.data;
  if (queue.length > 0) {
    queue.push(bytes);
    return;
  }
  const taken = socket.write(bytes);
  if (taken >= 0 && taken < bytes.length) queue.push(bytes.subarray(taken));
}

process.stdout.write(`port ${listener.port}\n`);
