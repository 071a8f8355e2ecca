// Asks a server's interface over HTTP, as the user of an account: for what no protocol of a terminal has words.

import { CliError, exit } from '../cli/exit';
import type { Io } from '../cli/io';
import { hostAndPort } from '../protocol/bytes/address';
import { limits } from '../protocol/limits';
import { schemeOf, securityOptions } from './endpoint';
import { keyBeside, type KeyFlags, keyOptions } from './keys';
import { lastUserAt } from './last_sender';
import { areOfOneServer, openPorts } from './local_doors';

/** The dialect beside which a server speaks HTTP. */
const httpDialect = 'web';
const usualPort = 8893;

/** Flags that say where the interface is, and who asks. */
export const webOptions = {
  server: {
    type: 'string',
    alias: 's',
    valueHint: 'HOST',
    description: 'where the server is',
    default: 'localhost',
  },
  'web-port': {
    type: 'port',
    description: `its port for the page and HTTP (${usualPort}, or the one that is open here)`,
  },
  ...securityOptions,
  ...keyOptions,
  as: { type: 'string', valueHint: 'NAME', description: 'whose history', env: 'CHAT_USER' },
} as const;

export interface WebFlags extends KeyFlags {
  readonly server: string;
  readonly 'web-port': number | undefined;
  readonly tls: boolean;
  readonly ca: string | undefined;
  readonly as: string | undefined;
}

type Query = Readonly<Record<string, string | number | undefined>>;

/** Why the server refuses, as a status of ours and in words. */
const refusals: Readonly<Record<string, readonly [status: number, what: string]>> = {
  'not-allowed': [exit.notAllowed, 'that is not the key of this account'],
  'unknown-sender': [exit.notAllowed, 'there is no such account'],
  'unknown-user': [exit.noUser, 'there is no such user, and nothing was said with one'],
  'unknown-room': [exit.noUser, 'there is no such room or group'],
  'not-member': [exit.notAllowed, 'only who is in this room reads what was said there'],
  'bad-words': [exit.usage, 'there is no word to look for'],
};

export class WebApi {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #tls: { readonly ca?: Bun.BunFile };

  /** Throws a CliError where nobody says who asks, or with what key. */
  constructor(flags: WebFlags, env: Io['env']) {
    const { server } = flags;
    const user = flags.as ?? lastUserAt(server, env);
    if (user === undefined) {
      throw new CliError(exit.usage, 'whose history?', 'name the account: --as NAME');
    }
    const scheme = schemeOf(httpDialect, flags.tls);
    const port = flags['web-port'] ?? openPorts(server, scheme, env)[0] ?? usualPort;
    const secret = keyBeside(user, flags, env, (door) => {
      const doors = { [door.scheme]: door.port, [scheme]: port };
      return areOfOneServer(door.host, doors, env) && areOfOneServer(server, doors, env);
    });
    if (secret === undefined) {
      const hint = 'CHAT_KEY=... chat history, or --key-file; the page shows the key of an account';
      throw new CliError(exit.notAllowed, `reading needs the key of ${user}`, hint);
    }
    this.#tls = flags.ca === undefined ? {} : { ca: Bun.file(flags.ca) };
    this.#base = `http${flags.tls ? 's' : ''}://${hostAndPort({ host: server, port })}`;
    const pair = Buffer.from(`${user}:${secret}`).toString('base64');
    this.#headers = { authorization: `Basic ${pair}` };
  }

  /** Throws a CliError where the server refuses, or does not answer. */
  async get(path: string, query: Query): Promise<unknown> {
    const fields = Object.entries(query).filter(
      (field): field is [string, string | number] => field[1] !== undefined,
    );
    const search = new URLSearchParams(fields.map(([name, value]) => [name, String(value)]));
    const url = `${this.#base}/api/${path}?${search}`;
    let answer: Response;
    try {
      const signal = AbortSignal.timeout(limits.client.answerMs);
      answer = await fetch(url, { headers: this.#headers, signal, tls: this.#tls });
    } catch (error) {
      const { code = '' } = error as { code?: string };
      if (/CERT|ALTNAME|ISSUER/.test(code)) {
        const hint =
          '--ca FILE names an authority to trust, or the certificate that chat cert made';
        throw new CliError(exit.unavailable, `the certificate of ${this.#base}: ${code}`, hint);
      }
      const hint = 'its server opens it with --web PORT, or --all';
      throw new CliError(exit.unavailable, `nobody answers at ${this.#base}`, hint);
    }
    const body = (await answer.json().catch(() => ({}))) as { readonly why?: string };
    if (answer.ok) return body;
    const [status, what] = refusals[body.why ?? ''] ?? [
      answer.status >= 500 || answer.status === 429 ? exit.tryAgain : exit.badData,
      `the server answers ${body.why ?? answer.status}`,
    ];
    throw new CliError(status, what);
  }
}
