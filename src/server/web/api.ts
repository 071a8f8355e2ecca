// The HTTP interface for scripts, and for the page's files: routes every operation to what serves it.

import type { BunRequest, Server } from 'bun';
import type { InferOutput } from 'valibot';

import type { Command, OperationName } from '../../protocol/commands';
import { limits } from '../../protocol/limits';
import { type FileRef, recipientNameOf, refused } from '../../protocol/model';
import type * as http from '../../protocol/web/wire/http';
import type { Proved } from '../credentials/proofs';
import { Lane } from '../journal/lanes';
import type { Admission } from '../net/admission';
import type { ConnectionHostDeps } from '../net/connection_host';
import { type Answer, type Call, readJson, type SignedCall, urlOf } from './call';
import { type Credentials, credentialsOf } from './credentials';
import { FileApi } from './file_api';
import { Health } from './health';
import { HistoryApi } from './history_api';
import { type Operation, type OperationId, operations, schemas } from './operations';
import { peerOf } from './peer_header';
import { json, refusal, respondJson } from './responses';

type CallOf<Id extends OperationId> = (typeof operations)[Id]['isSecured'] extends true
  ? SignedCall
  : Call;
type Handlers = {
  readonly [Id in OperationId]: (call: CallOf<Id>) => Promise<Response> | Response;
};

export type Route = (request: BunRequest, server: Server<unknown>) => Promise<Response> | Response;

export class Api {
  readonly #deps: ConnectionHostDeps;
  readonly #admission: Admission;
  readonly #handlers: Handlers;
  readonly #health: Health;

  /** A peer that moves a file holds a connection, so `admission` counts it like a peer at the other doors. */
  constructor(deps: ConnectionHostDeps, admission: Admission) {
    this.#deps = deps;
    this.#admission = admission;
    this.#health = new Health(
      deps.clock,
      () =>
        new Promise((resolve) =>
          deps.submit({ do: 'prove-commit' }, resolve, undefined, new Lane()),
        ),
    );
    const files = new FileApi({
      clock: deps.clock,
      files: deps.files,
      admission,
      received: deps.received,
      ask: (call, command) => this.#ask(call, command),
      take: (serial) =>
        new Promise((done) =>
          deps.submit({ do: 'file-taken', serial }, done, undefined, new Lane()),
        ),
      send: (call, message, file) => this.#send(call, message, file),
    });
    const history = new HistoryApi((call, command) => this.#ask(call, command));
    this.#handlers = {
      health: (call) => this.#answerHealth(call),
      users: (call) => this.#users(call),
      conversations: (call) => history.conversations(call),
      history: (call) => history.page(call),
      search: (call) => history.search(call),
      send: (call) => this.#sendText(call),
      sendFile: (call) => files.upload(call),
      claimFile: (call) => files.claim(call),
      getFile: (call) => files.download(call),
      fileTaken: (call) => files.taken(call),
    };
  }

  /** For `routes` of Bun.serve: every path of the interface, also those where nothing is. */
  get routes(): Record<string, Route> {
    const routes: Record<string, Route> = {
      '/api/openapi.json': onlyMethod('GET', answerDocument),
      '/api/*': (request) => refusal(request, 'unknown-path'),
      '/files/*': (request) => refusal(request, 'unknown-path'),
    };
    for (const [id, operation] of Object.entries(operations) as [OperationId, Operation][]) {
      const path = operation.path.replaceAll(/\{(\w+)\}/g, ':$1');
      const handle = this.#handlers[id] as (
        call: SignedCall | Call,
      ) => Promise<Response> | Response;
      routes[path] = onlyMethod(operation.method, (request) => {
        const host = peerOf(request)?.host ?? '';
        const call: Call = { request, url: urlOf(request), host };
        // Behind a proxy only the head says where it comes from.
        if (this.#admission.isBanned(host)) return refusal(request, 'banned');
        if (!operation.isSecured) return handle(call);
        const credentials = credentialsOf(request);
        if (!credentials) return refusal(request, 'not-allowed');
        return this.#prove(call, credentials, handle);
      });
    }
    return routes;
  }

  /** Serves a request once what it shows is proved. */
  async #prove(
    call: Call,
    { account, secret }: Credentials,
    handle: (call: SignedCall) => Promise<Response> | Response,
  ): Promise<Response> {
    const { request, host } = call;
    const { proofs } = this.#deps;
    const by = { host, isWanted: () => !request.signal.aborted };
    const proved = await new Promise<Proved>((done) => {
      if (account === undefined) proofs.proveKey(by, secret, done);
      else proofs.prove(by, account, secret, done);
    });
    if (proved.ok) {
      const { value: proof } = proved;
      // Who has a session is refused where it enters; here nobody does.
      if (this.#deps.isBanned(proof.account)) return refusal(request, 'banned');
      return handle({ ...call, proof });
    }
    const { why } = proved;
    // The unknown user is here the one who asks.
    if (why === 'unknown-user') return refusal(request, why, { status: 401 });
    if (why !== 'rate-limited') return refusal(request, why);
    return refusal(request, why, { waitMs: limits.credentials.failurePauseMs });
  }

  #ask<K extends OperationName>(
    { host, proof }: SignedCall,
    command: Command<K>,
    idempotencyKey?: string,
  ): Promise<Answer<K>> {
    const caller = this.#deps.rates.caller(host).actFor(proof.account);
    const waitMs = caller.take(command);
    if (waitMs > 0) {
      return Promise.resolve({ ...refused('rate-limited'), waitMs } as unknown as Answer<K>);
    }
    return new Promise((resolve) =>
      this.#deps.submit(command, resolve, idempotencyKey, new Lane()),
    );
  }

  async #answerHealth({ request }: Call): Promise<Response> {
    const proof = await this.#health.check();
    if (!proof.ok) return refusal(request, proof.why, { status: 503 });
    return json(200, { status: 'ok' } satisfies InferOutput<typeof http.health>);
  }

  async #users(call: SignedCall): Promise<Response> {
    const { request, proof } = call;
    const outcome = await this.#ask(call, { do: 'users', asker: proof });
    if (!outcome.ok) {
      // The unknown user is here the one who asks.
      const status = outcome.why === 'unknown-user' ? 401 : 503;
      return refusal(request, outcome.why, { status, waitMs: outcome.waitMs });
    }
    const { users } = outcome.value;
    return json(200, {
      users: users
        .slice(0, limits.web.jsonUsers)
        .map(({ name, kind, dialect: door }) => ({ name, kind, door })),
      count: users.length,
    } satisfies InferOutput<typeof http.users>);
  }

  async #sendText(call: SignedCall): Promise<Response> {
    const message = await readJson(call, schemas.Message, this.#deps.received);
    return message.ok ? this.#send(call, message.value) : refusal(call.request, message.why);
  }

  async #send(
    call: SignedCall,
    message: InferOutput<typeof http.message>,
    file?: FileRef,
  ): Promise<Response> {
    const { request, proof } = call;
    const to = recipientNameOf(message.to);
    if (!to) return refusal(request, 'unknown-user');
    const outcome = await this.#ask(
      call,
      {
        do: 'direct',
        from: proof,
        to,
        text: message.text,
        origin: this.#deps.dialect,
        ...(file && { file }),
      },
      message.key,
    );
    if (!outcome.ok) return refusal(request, outcome.why, { waitMs: outcome.waitMs });
    const { id, serial, waiting } = outcome.value;
    return json(201, { id, serial, waiting } satisfies InferOutput<typeof http.sent>);
  }
}

/** The server's start does not wait for the document: it is loaded and made when it is asked for. */
async function answerDocument(): Promise<Response> {
  const { openApiJson } = await import('./openapi');
  return respondJson(200, openApiJson());
}

/** Answers one method of a path, and HEAD where that is GET; refuses all others. */
function onlyMethod(method: 'GET' | 'POST', route: Route): Route {
  return (request, server) => {
    const isServed = request.method === method || (method === 'GET' && request.method === 'HEAD');
    if (isServed) return route(request, server);
    return refusal(request, 'wrong-method', { headers: { allow: method } });
  };
}
