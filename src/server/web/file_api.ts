// Files over the HTTP interface: sent with a message, claimed with its number, fetched with a ticket, and forgotten once
// the taker says that it has come.

import { type InferOutput, safeParse } from 'valibot';

import { networkOf } from '../../net/address';
import type { Clock } from '../../net/clock';
import type { HeldBytes } from '../../net/held_bytes';
import { cutText } from '../../protocol/bytes/text';
import type { Command, OperationName, Outcome, WaitingFile } from '../../protocol/commands';
import { limits } from '../../protocol/limits';
import { type FileHash, type FileRef, recipientNameOf } from '../../protocol/model';
import type * as http from '../../protocol/web/wire/http';
import type { FileStore } from '../files/files';
import type { Admission } from '../net/admission';
import { type Answer, type Call, readJson, type SignedCall } from './call';
import { download, partOf, receive } from './file_streams';
import { operations, schemas } from './operations';
import { json, refusal, respond, statusOf } from './responses';
import { Tickets } from './tickets';

interface FileApiDeps {
  readonly clock: Clock;
  readonly files: FileStore;
  readonly admission: Admission;
  readonly received: HeldBytes;
  /** Submits a command to the hub. */
  ask<K extends OperationName>(call: SignedCall, command: Command<K>): Promise<Answer<K>>;
  /** Tells the hub that a file was taken. Each ticket can say it once. */
  take(serial: number): Promise<Outcome<'file-taken'>>;
  /** Sends the message that a file came with, and answers the request. */
  send(
    call: SignedCall,
    message: InferOutput<typeof http.attachment>,
    file: FileRef,
  ): Promise<Response>;
}

/** The serial of no file that waits: who fetches from the history takes nothing from who is still to get it. */
const noneWaiting = 0;

export class FileApi {
  readonly #deps: FileApiDeps;
  readonly #tickets: Tickets;
  /** Those whose takers said so. */
  readonly #taken = new WeakSet<WaitingFile>();
  #uploads = 0;

  constructor(deps: FileApiDeps) {
    this.#deps = deps;
    this.#tickets = new Tickets(deps.clock);
  }

  /** Takes a file, which is the body, and sends it with its message. */
  async upload(call: SignedCall): Promise<Response> {
    const { request, url, host, proof } = call;
    const { admission } = this.#deps;
    const query = safeParse(operations.sendFile.query, Object.fromEntries(url.searchParams));
    if (!query.success) return refusal(request, 'bad-request');
    const size = Number(request.headers.get('content-length') ?? Number.NaN);
    if (!Number.isSafeInteger(size)) return refusal(request, 'length-required');
    const to = recipientNameOf(query.output.to);
    if (!to) return refusal(request, 'unknown-user');
    // No bytes are taken before it is known whose they are, and that there is somebody to take them. A request that
    // is repeated under its key gets its first answer, whatever has become of the recipient since.
    const may = await this.#deps.ask(call, { do: 'may-send-file', from: proof, to });
    if (!may.ok) {
      if (statusOf(may.why) === 401) return refusal(request, 'not-allowed');
      const isRepeat = query.output.key !== undefined && may.why !== 'rate-limited';
      if (!isRepeat) return refusal(request, may.why, { waitMs: may.waitMs });
    }
    if (this.#uploads >= limits.web.uploads) return refusal(request, 'busy');
    if (!admission.admit(host)) return refusal(request, 'busy');
    this.#uploads++;
    try {
      return await this.#store(call, query.output, size);
    } finally {
      this.#uploads--;
      admission.left(host);
    }
  }

  async #store(
    call: SignedCall,
    message: InferOutput<typeof http.attachment>,
    size: number,
  ): Promise<Response> {
    const { files } = this.#deps;
    let hash: FileHash | undefined;
    try {
      const stored = await receive(files, call.request.body, size, {
        address: networkOf(call.host),
        account: call.proof.account,
      });
      if (!stored.ok) return refusal(call.request, stored.why);
      ({ hash } = stored.value);
      const name = cutText(message.name, limits.files.nameBytes)[0] ?? 'attachment';
      return await this.#deps.send(call, message, { ...stored.value, name });
    } finally {
      if (hash !== undefined) files.unpin(hash);
    }
  }

  /** Turns a message's file into an address that a plain link can lead to. */
  async claim(call: SignedCall): Promise<Response> {
    const { request, proof } = call;
    const claim = await readJson(call, schemas.Claim, this.#deps.received);
    if (!claim.ok) return refusal(request, 'bad-request');
    const { id, serial } = claim.value;
    if (serial !== undefined) return this.#claimEntry(call, serial);
    if (claim.value.from === undefined || id === undefined) return refusal(request, 'bad-request');
    const from = recipientNameOf(claim.value.from);
    if (!from) return refusal(request, 'unknown-file');
    const outcome = await this.#deps.ask(call, { do: 'file-find', ...proof, from, id });
    if (!outcome.ok) {
      // The unknown user is here the one who asks.
      const status = outcome.why === 'unknown-user' ? 401 : statusOf(outcome.why);
      return refusal(request, outcome.why, { status, waitMs: outcome.waitMs });
    }
    const { size, name } = outcome.value;
    const url = `/files/${this.#tickets.issue(proof.account, outcome.value)}`;
    return json(201, { url, name, size } satisfies InferOutput<typeof http.download>);
  }

  /** The same for an entry of the history: everybody who may read it may fetch its file, as often as they like. */
  async #claimEntry(call: SignedCall, serial: number): Promise<Response> {
    const { request, proof } = call;
    const outcome = await this.#deps.ask(call, { do: 'history-file', asker: proof, serial });
    if (!outcome.ok) return refusal(request, outcome.why, { waitMs: outcome.waitMs });
    const { size, name } = outcome.value;
    const ticket = this.#tickets.issue(proof.account, { ...outcome.value, serial: noneWaiting });
    const url = `/files/${ticket}`;
    return json(201, { url, name, size } satisfies InferOutput<typeof http.download>);
  }

  /** The file of a ticket, or a part of it. That it has left does not say that it has come: it waits on. */
  async download({ request, url, host }: Call): Promise<Response> {
    if (request.method === 'HEAD') {
      return refusal(request, 'wrong-method', { headers: { allow: 'GET' } });
    }
    const ticket = ticketIn(url);
    const found = this.#tickets.find(ticket);
    if (!found) return refusal(request, 'unknown-file');
    const { file } = found;
    const part = partOf(request, file);
    if (part === 'end') {
      const failure = await this.#take(request, ticket, file);
      if (failure) return failure;
    }
    if (part === 'end' || part === 'none') {
      return refusal(request, 'no-such-part', {
        headers: { 'content-range': `bytes */${file.size}` },
      });
    }
    const { admission, files } = this.#deps;
    if (!admission.admit(host)) return refusal(request, 'busy');
    this.#tickets.renew(ticket, found);
    return download(files, file, part, () => {
      admission.left(host);
      // However long it took. What was taken meanwhile is there no more.
      if (!this.#taken.has(file)) this.#tickets.renew(ticket, found);
    });
  }

  /** The taker says that the whole file has come: the hub forgets it. */
  async taken({ request, url }: Call): Promise<Response> {
    const ticket = ticketIn(url);
    const found = this.#tickets.find(ticket);
    if (!found) return refusal(request, 'unknown-file');
    return (await this.#take(request, ticket, found.file)) ?? respond(204, undefined, {});
  }

  async #take(request: Request, ticket: string, file: WaitingFile): Promise<Response | undefined> {
    const outcome = await this.#deps.take(file.serial);
    if (!outcome.ok && outcome.why !== 'unknown-file') return refusal(request, outcome.why);
    this.#taken.add(file);
    this.#tickets.drop(ticket);
    return undefined;
  }
}

const ticketIn = (url: URL): string => url.pathname.split('/')[2] ?? '';
