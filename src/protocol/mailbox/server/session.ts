// The server's side of one connection, which is one operation: its states, from the first byte to the last.
// long because every state of an operation has its inputs here, and all of them change the same few fields.

import type { Inbox } from '../../bytes/inbox';
import { isBaseName } from '../../bytes/validation';
import type { WaitingFile } from '../../commands';
import type { Host, Session, Sink, Taken } from '../../dialect';
import { limits } from '../../limits';
import { type FileRef, nameOf, type Proof, type Result } from '../../model';
import { encodeReply, type ReplyStyle, RequestReader, type WholeRequest } from '../wire/codec';
import { encodeFields } from '../wire/fields';
import {
  actorOf,
  type Code,
  codes,
  type Operation,
  ownWords,
  type Request,
} from '../wire/messages';
import { countOf } from '../wire/values';
import { consoleLines, hasResultLine } from './console';
import { MailboxRequest, type Replies } from './requests';

/** An attachment that is being received. */
interface Upload {
  readonly request: Request<'SENDATTACH'>;
  readonly raw: Uint8Array | undefined;
  readonly sink: Sink;
  /** Bytes that have not come yet. */
  missing: number;
}

/**
 * reading: the request comes, field by field, within `limits.net.requestMs`.
 * receiving: the bytes of an attachment come; each piece may be late by `limits.net.pieceMs`.
 * refused: the reply has been written before the attachment has come. The rest of it is read and dropped, since
 *   some clients read the reply only after they have sent everything.
 * serving: the session waits for the hub or the disk.
 * sending: the reply leaves with a file behind it, as fast as the peer takes it; by the same bound.
 * sent: all of the file has left; the peer's clean end will say that it has been taken.
 * over: the reply has been written.
 */
type State =
  | { readonly is: 'reading' }
  | { readonly is: 'receiving'; readonly upload: Upload }
  | { readonly is: 'refused'; missing: number; skipped: number }
  | { readonly is: 'serving' }
  | { readonly is: 'sending' }
  | { readonly is: 'sent'; readonly file: WaitingFile }
  | { readonly is: 'over' };

const isOfLaterEdition = ({ operation }: Request): boolean =>
  operation === 'USERS' || operation === 'GET_FILE';

// The states that hold nothing, made once.
const reading: State = { is: 'reading' };
const serving: State = { is: 'serving' };
const sending: State = { is: 'sending' };
const over: State = { is: 'over' };

export class MailboxSession implements Session, Replies {
  readonly #host: Host;
  readonly style: ReplyStyle;
  /** Whether requests of a later edition are refused. */
  readonly #isStrict: boolean;
  readonly #reader = new RequestReader();
  #state: State = reading;
  /** Something has come. */
  #hasBegun = false;
  /** What the peer has proved. */
  #proof: Proof | undefined;
  /** Whether the last field, where it may be left out, has begun to come: then all of it is awaited. */
  #isOptionalComing = false;
  #isShort = false;
  /** The time for fields that may be missing is over; they may still lie where the system keeps them. */
  #isLate = false;

  constructor(host: Host, style: ReplyStyle, isStrict: boolean) {
    this.#host = host;
    this.style = style;
    this.#isStrict = isStrict;
    host.wake(limits.net.requestMs);
  }

  takeNext(inbox: Inbox): Taken {
    if (inbox.length === 0) return 'more';
    switch (this.#state.is) {
      case 'reading':
        return this.#read(inbox);
      case 'receiving':
        this.#receive(this.#state.upload, inbox);
        return 'taken';
      case 'refused':
        this.#skip(this.#state, inbox);
        return 'taken';
      case 'serving':
      case 'sending':
      case 'sent':
      case 'over':
        // A connection carries one operation: what comes behind it is ignored.
        inbox.takeAll();
        return 'taken';
    }
  }

  ended(): void {
    switch (this.#state.is) {
      case 'reading':
        return this.#hasBegun ? this.#noMore('ended') : this.#introduce();
      case 'receiving':
        return this.#fail();
      case 'refused':
        return this.#end();
      case 'sent':
        this.#host.owe({ do: 'file-taken', serial: this.#state.file.serial });
        this.#state = over;
        return;
      case 'serving':
      case 'sending':
      case 'over':
        return;
    }
  }

  woke(): void {
    switch (this.#state.is) {
      case 'reading':
        return this.#noMore('late');
      case 'receiving':
        return this.#fail();
      case 'refused':
      case 'sending':
        return this.#host.abort();
      case 'serving':
      case 'sent':
      case 'over':
        return;
    }
  }

  lost(): void {
    this.#dropUpload();
    this.#state = over;
  }

  // ---- the request

  #read(inbox: Inbox): Taken {
    this.#hasBegun = true;
    const result = this.#reader.read(inbox);
    switch (result.is) {
      case 'more':
        this.#awaitOptional(inbox);
        return 'more';
      case 'bad':
        inbox.takeAll();
        this.#fail();
        return 'taken';
      case 'request':
        if (this.#isStrict && isOfLaterEdition(result.request)) this.#end();
        else this.#requested(result);
        return 'taken';
    }
  }

  /** Serves a request; where it shows something, that is proved first. */
  #requested(whole: WholeRequest): void {
    const { request } = whole;
    const { KEY: secret } = this.#reader.prefixed;
    if (secret === undefined || request.operation === 'REGISTER') return this.#start(whole);
    const account = nameOf(actorOf(request));
    if (!account) return this.#fail();
    this.#state = serving;
    this.#host.wake(undefined);
    this.#host.prove(account, secret, (proof) => {
      if (!proof.ok) return this.#asking(request.operation).refuse(account, proof.why);
      this.#proof = proof.value;
      this.#start(whole);
    });
  }

  #asking(operation: Operation): MailboxRequest {
    const shown = { proof: this.#proof, ...this.#reader.prefixed };
    return new MailboxRequest(this.#host, operation, this, shown);
  }

  #start(whole: WholeRequest): void {
    const { request, raw, isShort = false } = whole;
    if (request.operation === 'SENDATTACH' && !isShort) this.#startReceiving(request, raw);
    else this.#serve(whole);
  }

  /** Fields that may be missing are not awaited for as long as the others. */
  #awaitOptional(inbox: Inbox): void {
    const short = this.#reader.short();
    // More of the long form has come.
    if (short === undefined && this.#isShort) this.#host.wake(limits.net.requestMs);
    this.#isShort = short !== undefined;
    if (short === undefined || this.#isOptionalComing) return;
    this.#isOptionalComing = inbox.length > 0;
    const isRefused = this.#isStrict && short.isShort === true;
    const patienceMs = isRefused ? limits.mailbox.strictMs : limits.mailbox.optionalFieldMs;
    this.#host.wake(this.#isOptionalComing ? limits.net.requestMs : patienceMs);
  }

  /** To a peer that ends and has said nothing: no request of the protocol is empty. */
  #introduce(): void {
    this.#host.write(encodeFields(ownWords));
    this.#end(0);
  }

  /** Nothing more will come, or not in time: the request is served if it needs nothing more, and fails if it does. */
  #noMore(why: 'ended' | 'late'): void {
    const whole = this.#isOptionalComing ? undefined : this.#reader.short();
    if (whole === undefined) return this.#fail();
    if (whole.isShort !== true) return this.#requested(whole);
    // A peer that ends in the middle of the long form has not asked for the short one: who asks waits for the reply.
    if (why === 'ended' || this.#isStrict) return this.#fail();
    if (this.#isLate) return this.#requested(whole);
    this.#isLate = true;
    this.#host.wake(limits.mailbox.lastLookMs);
  }

  /** A request that can never be served: the reply is its operation's failure, if the operation is known. */
  #fail(): void {
    this.#dropUpload();
    const { operation } = this.#reader;
    if (operation === undefined) return this.#end();
    const alias = this.#reader.field('alias');
    this.reply(codes[operation].failed, []);
    if (hasResultLine(operation) && (alias !== undefined || operation === 'CONNECTEDUSERS')) {
      this.#host.print(consoleLines.result(operation, alias ?? '', 'FAIL'));
    }
  }

  #serve(whole: WholeRequest, file?: FileRef): void {
    this.#state = serving;
    this.#host.wake(undefined);
    this.#asking(whole.request.operation).serve(whole, file);
  }

  // ---- attachments that come in

  #startReceiving(request: Request<'SENDATTACH'>, raw: Uint8Array | undefined): void {
    const size = countOf(request.size);
    if (size === undefined || !isBaseName(request.fileName)) return this.#fail();
    const refuse = (code: Code): void => {
      if (this.#state.is === 'receiving') this.#refuse(this.#state.upload, code);
    };
    const sink = this.#host.receiveFile(size, () => refuse(codes.SENDATTACH.failed));
    const upload: Upload = { request, raw, sink, missing: size };
    this.#state = { is: 'receiving', upload };
    this.#host.wake(limits.net.pieceMs);
    if (size === 0) return this.#finishUpload(upload);
    this.#asking('SENDATTACH').refuseEarly(request, refuse);
  }

  #receive(upload: Upload, inbox: Inbox): void {
    const bytes = inbox.takeAll(upload.missing);
    upload.missing -= bytes.length;
    upload.sink.write(bytes);
    if (upload.missing === 0) this.#finishUpload(upload);
    else this.#host.wake(limits.net.pieceMs);
  }

  #finishUpload({ request, raw, sink }: Upload): void {
    this.#state = serving;
    this.#host.wake(undefined);
    sink.finish((stored) => {
      if (stored.ok)
        this.#serve({ request, ...(raw && { raw }) }, { ...stored.value, name: request.fileName });
      else this.reply(codes.SENDATTACH.failed, []);
    });
  }

  #refuse({ sink, missing }: Upload, code: Code): void {
    sink.abandon();
    this.#state = { is: 'refused', missing, skipped: 0 };
    this.#host.wake(limits.net.pieceMs);
    this.#host.write(encodeReply(code, [], this.style));
  }

  #skip(state: Extract<State, { is: 'refused' }>, inbox: Inbox): void {
    const { length } = inbox.takeAll(state.missing);
    state.missing -= length;
    state.skipped += length;
    if (state.missing === 0) return this.#end();
    // A peer that only trickles is not waited for.
    if (state.skipped < limits.files.leastBytes) return;
    state.skipped = 0;
    this.#host.wake(limits.net.pieceMs);
  }

  #dropUpload(): void {
    if (this.#state.is === 'receiving') this.#state.upload.sink.abandon();
  }

  // ---- replies

  reply(code: Code, fields: readonly string[]): void {
    if (this.#state.is === 'over') return;
    // A peer whose request was whole has nothing more to send: its end need not be awaited.
    const patienceMs = this.#state.is === 'serving' ? 0 : undefined;
    this.#host.write(encodeReply(code, fields, this.style));
    this.#end(patienceMs);
  }

  sendFile(file: WaitingFile, head: Uint8Array): void {
    this.#state = sending;
    this.#host.wake(limits.net.pieceMs);
    this.#host.write(head);
    const sent = (result: Result<void, 'gone'>): void => {
      this.#host.wake(undefined);
      if (!result.ok) return this.#host.abort();
      // Only an end that comes from here on says that the peer has taken all of it.
      this.#state = { is: 'sent', file };
      this.#host.end(limits.net.pieceMs);
    };
    this.#host.sendFile(file.hash, sent, {
      pieceBytes: limits.files.readBytes,
      wrap: (piece) => {
        this.#host.wake(limits.net.pieceMs);
        return [piece];
      },
    });
  }

  end(): void {
    this.#end(0);
  }

  #end(patienceMs?: number): void {
    this.#state = over;
    this.#host.wake(undefined);
    this.#host.end(patienceMs);
  }
}
