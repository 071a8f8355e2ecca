// The whole configurations of docs/tls.md, in Debian's haproxy and nginx before a real server: what they say of a peer is what it knows.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';

import { mailbox } from '../../src/protocol/mailbox/index';
import { web } from '../../src/protocol/web/index';
import type { CertificateFiles } from '../../src/server/net/certificate';
import { nul } from '../protocol/mailbox/support';
import { join as enter, tokenFor } from '../protocol/web/person';
import { removeAtEnd } from '../support/cleanup';
import { scratchFolder } from '../support/scratch';
import { startServer, type TestServer } from '../support/server';
import { newCertificate } from '../support/tls';

const page = readFileSync('docs/tls.md', 'utf8');
const configuration = (language: string): string =>
  new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'ms').exec(page)?.[1] ?? '';

/** Ports that nobody has now. */
function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () =>
    Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } }),
  );
  const ports = listeners.map(({ port }) => port);
  for (const listener of listeners) listener.stop(true);
  return ports;
}

/** So many registrations may come from one address at once, and one message. */
const burst = 8;
const rates = { perSecond: { registrations: burst / 500, messages: 1 / 25_000 } };

let server: TestServer;
let certificate: CertificateFiles;
beforeAll(async () => {
  certificate = await newCertificate();
  server = await startServer([mailbox, web], {
    isSecure: false,
    flags: { 'web-origin': 'https://chat.example.org' },
    bounds: { proxies: ['127.0.0.1'], rates },
  });
});
afterAll(() => server.stop());

interface Proxy {
  readonly mailbox: number;
  readonly page: number;
  stop(): void;
}

/** Starts a proxy with the page's configuration, at ports of its own. */
async function start(
  language: string,
  command: (file: string, folder: string) => string[],
): Promise<Proxy> {
  const folder = await scratchFolder();
  const [tcp = 0, http = 0] = freePorts(2);
  const pem = join(folder, 'chat.pem');
  writeFileSync(
    pem,
    readFileSync(certificate.cert, 'utf8') + readFileSync(certificate.key, 'utf8'),
  );
  const text = configuration(language)
    .replaceAll(/\b8888\b/g, String(server.port('mailbox')))
    .replaceAll(/\b8893\b/g, String(server.port('web')))
    .replaceAll(/\b8894\b/g, String(tcp))
    .replaceAll(/\b443\b/g, String(http))
    .replaceAll('/etc/haproxy/chat.pem', pem)
    .replaceAll('/etc/nginx/chat-cert.pem', certificate.cert)
    .replaceAll('/etc/nginx/chat-key.pem', certificate.key)
    .replace('load_module modules/', 'load_module /usr/lib/nginx/modules/');
  const file = join(folder, 'proxy.conf');
  writeFileSync(file, text);
  const child = Bun.spawn(command(file, folder), { stdout: 'ignore', stderr: 'pipe', cwd: folder });
  const stop = (): void => child.kill();
  removeAtEnd(stop);
  for (;;) {
    const isUp = await Bun.connect({
      hostname: '127.0.0.1',
      port: http,
      socket: { data() {} },
    }).then(
      (socket) => (socket.terminate(), true),
      () => false,
    );
    if (isUp) return { mailbox: tcp, page: http, stop };
    if (child.exitCode !== null) throw new Error(await new Response(child.stderr).text());
    await new Promise((next) => setImmediate(next));
  }
}

/** All that is answered to one request over TLS from an address of this machine. */
function ask(from: string, port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    // The address is one of the TCP connection: that of TLS would forget it.
    const plain = createConnection({ host: '127.0.0.1', port, localAddress: from });
    const socket = connect({ socket: plain, rejectUnauthorized: false }, () =>
      socket.write(request),
    );
    socket.on('data', (bytes) => (answer += bytes.toString('latin1')));
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}

const isDebian = existsSync('/usr/lib/nginx/modules/ngx_stream_module.so');
const proxies = [
  {
    name: 'haproxy',
    isThere: Bun.which('haproxy') !== null,
    command: (file: string) => ['haproxy', '-db', '-f', file],
  },
  {
    name: 'nginx',
    isThere: Bun.which('nginx') !== null && isDebian && process.getuid?.() === 0,
    command: (file: string, folder: string) => [
      'nginx',
      '-p',
      folder,
      '-c',
      file,
      '-g',
      'daemon off; user root; pid nginx.pid; error_log stderr;',
    ],
  },
];

for (const [at, { name, isThere, command }] of proxies.entries()) {
  /** Each has addresses of its own. */
  const index = 2 + at;
  describe.skipIf(!isThere)(`behind ${name}`, () => {
    let proxy: Proxy;
    beforeAll(async () => (proxy = await start(name, command)));
    afterAll(() => proxy.stop());

    test('each peer of the mailbox has what its own address may have', async () => {
      const register = (from: string, alias: string): Promise<string> =>
        ask(from, proxy.mailbox, Buffer.from(nul('REGISTER', 'A', alias, '01/01/1990')).toString());
      const codes = [];
      for (let count = 0; count <= burst; count++)
        codes.push(await register(`127.0.0.${index}`, `${name}-a${count}`));
      expect(codes).toEqual([...Array<string>(burst).fill('\0'), '\x02']);
      expect(await register(`127.0.0.1${index}`, `${name}-b`)).toBe('\0');
    });

    test('and so has each peer of the page, who says what they like of themselves', async () => {
      const send = async (from: string, alias: string): Promise<string | undefined> => {
        await (await enter(server.port('web'), alias))[Symbol.asyncDispose]();
        const basic = Buffer.from(`${alias}:${tokenFor(alias)}`).toString('base64');
        const body = JSON.stringify({ to: alias, text: 'hi' });
        const head = [
          'POST /api/messages HTTP/1.1',
          'Host: chat.example.org',
          `Authorization: Basic ${basic}`,
          'Content-Type: application/json',
          // Another one each time, if that were believed.
          `X-Forwarded-For: 203.0.113.${alias.length}`,
          `Forwarded: for=203.0.113.${100 + alias.length}`,
          'Connection: close',
          `Content-Length: ${body.length}`,
        ];
        const answer = await ask(from, proxy.page, [...head, '', body].join('\r\n'));
        return /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1];
      };
      expect(await send(`127.0.0.${index}`, `${name}-x`)).toBe('201');
      expect(await send(`127.0.0.${index}`, `${name}-xy`)).toBe('429');
      expect(await send(`127.0.0.1${index}`, `${name}-xyz`)).toBe('201');
    });

    test('a WebSocket passes', async () => {
      const socket = new WebSocket(`wss://127.0.0.1:${proxy.page}/socket`, {
        headers: { host: 'chat.example.org', origin: 'https://chat.example.org' },
        tls: { rejectUnauthorized: false },
      } as never);
      await new Promise((resolve, reject) => {
        socket.addEventListener('open', resolve);
        socket.addEventListener('error', reject);
      });
      socket.close();
    });
  });
}
