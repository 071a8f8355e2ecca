// A plain server with TLS that says nothing and keeps every connection: `tls.ts CERT KEY`.

const [cert = '', key = ''] = process.argv.slice(2);

const listener = Bun.listen({
  hostname: '127.0.0.1',
  port: 0,
  tls: { cert: Bun.file(cert), key: Bun.file(key) },
  socket: { handshake() {}, data() {}, error() {} },
});

process.stdout.write(`port ${listener.port}\n`);
