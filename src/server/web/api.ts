// The HTTP interface for scripts, and for the page's files: who asks, what is done, which status it has.

import * as v from 'valibot';

import { cutText } from '../../protocol/bytes/text';
import { isBaseName } from '../../protocol/bytes/validation';
import type { Command, OperationName, Outcome } from '../../protocol/commands';
import { limits } from '../../protocol/limits';
import { type FileHash, type FileRef, recipientNameOf } from '../../protocol/model';
import type { Admission } from '../net/admission';
import type { ConnectionHostDeps } from '../net/connection_host';
import { type Credentials, credentialsOf } from './credentials';
import { download, receive } from './files';
import { type Headers, json } from './headers';
import { openApi } from './openapi';
import { Tickets } from './tickets';

const key = v.pipe(v.string(), v.minLength(8), v.maxLength(64));
const letterSchema = v.strictObject({ to: v.string(), text: v.string(), key: v.optional(key) });
const attachmentSchema = v.strictObject({
  to: v.string(),
  name: v.pipe(v.string(), v.check(isBaseName), v.maxLength(255)),
  text: v.optional(v.string(), ''),
  key: v.optional(key),
});
const claimSchema = v.strictObject({ from: v.string(), id: v.pipe(v.number(), v.safeInteger()) });

/** Which status each refusal has; any other is 400. */
const statuses: Readonly<Record<string, number>> = {
  'not-allowed': 401,
  'unknown-sender': 401,
  'unknown-user': 404,
  'unknown-file': 404,
  'length-required': 411,
  'too-long': 413,
  'too-large': 413,
  full: 507,
  'no-space': 507,
  storage: 503,
  overloaded: 503,
  busy: 503,
  internal: 500,
};

export class Api {
  readonly #deps: ConnectionHostDeps;
  readonly #admission: Admission;
  readonly #tickets: Tickets;
  #uploads = 0;

  /** Whoever moves a file holds a connection, and counts as one like everybody at the other doors. */
  constructor(deps: ConnectionHostDeps, admission: Admission) {
    this.#deps = deps;
    this.#admission = admission;
    this.#tickets = new Tickets(deps.clock);
  }

  /** Answers a request whose path is the interface's; undefined where it is not. */
  async answer(request: Request, url: URL, host: string): Promise<Response | undefined> {
    const { pathname } = url;
    if (!pathname.startsWith('/api/') && !pathname.startsWith('/files/')) return undefined;
    const [method, serve] = this.#route(pathname) ?? [];
    if (!serve) return refusal(request, 404, 'unknown-path');
    if (request.method !== method && !(method === 'GET' && request.method === 'HEAD')) {
      return refusal(request, 405, 'wrong-method', { allow: method ?? '' });
    }
    return serve(request, url, host);
  }

  #route(
    path: string,
  ):
    | [method: string, serve: (request: Request, url: URL, host: string) => Promise<Response>]
    | undefined {
    switch (path) {
      case '/api/health':
        return ['GET', async () => json(200, { status: 'ok' })];
      case '/api/openapi.json':
        return ['GET', async () => json(200, openApi)];
      case '/api/users':
        return ['GET', (request) => this.#users(request)];
      case '/api/messages':
        return ['POST', (request) => this.#letter(request)];
      case '/api/files':
        return ['POST', (request, url, host) => this.#attachment(request, url, host)];
      case '/api/downloads':
        return ['POST', (request) => this.#claim(request)];
      default:
        return /^\/files\/[^/]+$/.test(path)
          ? ['GET', async (request, url, host) => this.#file(request, url, host)]
          : undefined;
    }
  }

  #ask<K extends OperationName>(command: Command<K>, once?: string): Promise<Outcome<K>> {
    return new Promise((resolve) => this.#deps.submit(command, resolve, once));
  }

  async #users(request: Request): Promise<Response> {
    const who = credentialsOf(request);
    if (!who) return refusal(request, 401, 'not-allowed');
    const outcome = await this.#ask({ do: 'users', asker: who });
    if (!outcome.ok)
      return refusal(request, outcome.why === 'unknown-user' ? 401 : 503, outcome.why);
    const { length: count } = outcome.value.users;
    const users = outcome.value.users
      .slice(0, limits.web.jsonUsers)
      .map(({ name, kind, dialect: door }) => ({
        name,
        kind,
        door,
      }));
    return json(200, { users, count });
  }

  async #letter(request: Request): Promise<Response> {
    const who = credentialsOf(request);
    if (!who) return refusal(request, 401, 'not-allowed');
    const message = await bodyOf(request, letterSchema);
    if (message === 'too-long') return refusal(request, 413, 'too-long');
    if (!message) return refusal(request, 400, 'bad-request');
    return this.#send(request, who, message);
  }

  async #attachment(request: Request, url: URL, host: string): Promise<Response> {
    const who = credentialsOf(request);
    if (!who) return refusal(request, 401, 'not-allowed');
    const query = v.safeParse(attachmentSchema, Object.fromEntries(url.searchParams));
    if (!query.success) return refusal(request, 400, 'bad-request');
    const size = Number(request.headers.get('content-length') ?? Number.NaN);
    if (!Number.isSafeInteger(size)) return refusal(request, 411, 'length-required');
    const to = recipientNameOf(query.output.to);
    if (!to) return refusal(request, 404, 'unknown-user');
    // Nobody's bytes are taken before it is known whose they are, and that somebody wants them. What is asked again
    // under its key gets its first answer, whatever has become of the recipient since.
    const may = await this.#ask({ do: 'may-send-file', from: who, to });
    const status = may.ok ? undefined : (statuses[may.why] ?? 400);
    if (!may.ok && status && (status === 401 || query.output.key === undefined)) {
      return refusal(request, status, status === 401 ? 'not-allowed' : may.why);
    }
    if (this.#uploads >= limits.web.uploads) return refusal(request, 503, 'busy');
    if (!this.#admission.admit(host)) return refusal(request, 503, 'busy');
    this.#uploads++;
    let hash: FileHash | undefined;
    try {
      const stored = await receive(this.#deps.files, request.body, size);
      if (!stored.ok) return refusal(request, statuses[stored.why] ?? 400, stored.why);
      ({ hash } = stored.value);
      const file = { ...stored.value, name: cutText(query.output.name, 255)[0] ?? 'attachment' };
      return await this.#send(request, who, query.output, file);
    } finally {
      this.#uploads--;
      this.#admission.left(host);
      if (hash !== undefined) this.#deps.files.unpin(hash);
    }
  }

  async #send(
    request: Request,
    who: Credentials,
    message: { readonly to: string; readonly text: string; readonly key?: string | undefined },
    file?: FileRef,
  ): Promise<Response> {
    const to = recipientNameOf(message.to);
    if (!to) return refusal(request, 404, 'unknown-user');
    const outcome = await this.#ask(
      {
        do: 'direct',
        from: who,
        to,
        text: message.text,
        origin: this.#deps.dialect,
        ...(file && { file }),
      },
      message.key === undefined ? undefined : `${who.account} ${message.key} ${who.tokenHash}`,
    );
    if (!outcome.ok) return refusal(request, statuses[outcome.why] ?? 400, outcome.why);
    const { id, serial, waiting } = outcome.value;
    return json(201, { id, serial, waiting });
  }

  /** Turns a message's file into an address that a plain link can lead to. */
  async #claim(request: Request): Promise<Response> {
    const who = credentialsOf(request);
    if (!who) return refusal(request, 401, 'not-allowed');
    const claim = await bodyOf(request, claimSchema);
    if (!claim || claim === 'too-long') return refusal(request, 400, 'bad-request');
    const from = recipientNameOf(claim.from);
    if (!from) return refusal(request, 404, 'unknown-file');
    const outcome = await this.#ask({ do: 'file-find', ...who, from, id: claim.id });
    if (!outcome.ok) {
      // The user who is not known is here the one who asks.
      const status = outcome.why === 'unknown-user' ? 401 : statuses[outcome.why];
      return refusal(request, status ?? 400, outcome.why);
    }
    const { size, name } = outcome.value;
    return json(201, { url: `/files/${this.#tickets.issue(outcome.value)}`, name, size });
  }

  #file(request: Request, url: URL, host: string): Response {
    // A look must not use the ticket up.
    if (request.method === 'HEAD') return refusal(request, 405, 'wrong-method', { allow: 'GET' });
    if (!this.#admission.admit(host)) return refusal(request, 503, 'busy');
    const file = this.#tickets.take(url.pathname.slice('/files/'.length));
    if (!file) {
      this.#admission.left(host);
      return refusal(request, 404, 'unknown-file');
    }
    return download(this.#deps.files, file, (isWhole) => {
      this.#admission.left(host);
      if (isWhole) this.#deps.owe({ do: 'file-taken', serial: file.serial }, () => {});
    });
  }
}

function refusal(request: Request, status: number, why: string, more: Headers = {}): Response {
  // Challenged, a browser would ask its user for a password, which the page does better.
  const isPage = request.headers.has('sec-fetch-mode');
  const challenge = status === 401 && !isPage && { 'www-authenticate': 'Basic realm="chat"' };
  const later = status === 503 && { 'retry-after': '1' };
  return json(status, { why }, { ...more, ...challenge, ...later });
}

/** A body of JSON that is what it should be; undefined where it is not. Never more than `limits.web.jsonBytes`. */
async function bodyOf<S extends v.GenericSchema>(
  request: Request,
  schema: S,
): Promise<v.InferOutput<S> | 'too-long' | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const value of request.body ?? []) {
      length += value.length;
      // Leaving the loop cancels the body.
      if (length > limits.web.jsonBytes) return 'too-long';
      pieces.push(value);
    }
    const result = v.safeParse(schema, JSON.parse(Buffer.concat(pieces).toString()));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}
