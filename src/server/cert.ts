// `chat cert`: makes a certificate and its key, for trying out TLS where no authority gives one.

import { X509Certificate } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';

import { defineCommand } from '../cli/command';
import { CliError, exit } from '../cli/exit';
import { limits } from '../protocol/limits';

const hostForm = /^(?:\*\.)?[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]*[a-z\d])?)*$/i;

export const cert = defineCommand({
  meta: { name: 'cert', description: 'Make a certificate for trying out TLS' },
  args: {
    hosts: {
      type: 'positional',
      required: false,
      description: 'names and addresses of the server, with commas between them',
    },
    days: {
      type: 'integer',
      min: 1,
      max: limits.server.certificateDaysMost,
      description: 'how long it is valid',
      default: 365,
      env: false,
    },
    cert: {
      type: 'string',
      valueHint: 'FILE',
      description: 'where the certificate is written',
      default: 'chat-cert.pem',
      env: false,
    },
    key: {
      type: 'string',
      valueHint: 'FILE',
      description: 'where its private key is written',
      default: 'chat-key.pem',
      env: false,
    },
  },
  examples: ['chat cert', 'chat cert chat.example.org,192.0.2.7 --days 30'],
  async run({ hosts, days, cert: certPath, key: keyPath }, io) {
    const named = (hosts ?? 'localhost,127.0.0.1,::1').split(',').map((host) => host.trim());
    for (const host of named) {
      if (isIP(host) !== 0 || (hostForm.test(host) && host.length <= limits.hub.nameBytes))
        continue;
      const hint = 'write chat.example.org,192.0.2.7,2001:db8::7';
      throw new CliError(exit.usage, `cert: ${host} is no host`, hint);
    }
    for (const path of [certPath, keyPath]) if (existsSync(path)) throw taken(path);
    // Only this command needs it.
    const { makeCertificate } = await import('./make_certificate');
    const made = await makeCertificate(named, days);
    write(keyPath, made.key, 0o600);
    write(certPath, made.cert, 0o644);
    const { fingerprint256, validTo } = new X509Certificate(made.cert);
    const until = new Date(validTo).toISOString().slice(0, '2000-01-01'.length);
    io.out.write(`${certPath}\n${keyPath}\n`);
    io.err.write(
      `For ${named.join(', ')}, until ${until}. Its fingerprint: ${fingerprint256}\n` +
        `  chat serve --all --tls-cert ${certPath} --tls-key ${keyPath}\n`,
    );
    return exit.ok;
  },
});

function write(path: string, text: string, mode: number): void {
  try {
    writeFileSync(path, text, { mode, flag: 'wx' });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === 'EEXIST') throw taken(path);
    throw new CliError(exit.cannotCreate, `${path} cannot be written: ${message}`);
  }
}

const taken = (path: string): CliError =>
  new CliError(
    exit.cannotCreate,
    `${path} exists, and is not overwritten`,
    'name others with --cert and --key, or move it away',
  );
