// The server's side of one connection, which is one operation: its states, from the first byte to the last.

import type { Inbox } from '../../bytes/inbox';
import type { WaitingFile } from '../../commands';
import type { Host, Session, Sink } from '../../dialect';
import { limits } from '../../limits';
import type { FileRef, Result } from '../../model';
import { encodeReply, type ReplyStyle, RequestReader } from '../wire/codec';
import { type Code, failures, type Request } from '../wire/messages';
import { isBaseName, sizeOf } from '../wire/values';
import { consoleLines, hasResultLine } from './console';
import { refuseEarly, type Replies, serve } from './requests';

/** An attachment on its way in. */
interface Upload {
  readonly request: Request<'SENDATTACH'>;
  readonly size: number;
  readonly sink: Sink;
  missing: number;
}

/**
 * reading: the request comes, field by field; it has 30 s.
 * receiving: the bytes of an attachment come; the next may be late by `limits.net.pieceMs`.
 * refused: they come for nothing, behind the answer; some clients read it only when all has left them.
 * serving: the hub or the disk has the word.
 * handing: the answer leaves with a file behind it, as fast as the peer takes it; by the same bound.
 * handed: all of the file has left, and the peer's clean end will say that he has it.
 * over: answered.
 */
type State =
  | { readonly is: 'reading' }
  | { readonly is: 'receiving'; readonly upload: Upload }
  | { readonly is: 'refused'; missing: number }
  | { readonly is: 'serving' }
  | { readonly is: 'handing' }
  | { readonly is: 'handed'; readonly file: WaitingFile }
  | { readonly is: 'over' };

// States that say nothing but themselves.
const reading: State = { is: 'reading' };
const serving: State = { is: 'serving' };
const handing: State = { is: 'handing' };
const over: State = { is: 'over' };

export class MailboxSession implements Session, Replies {
  readonly #host: Host;
  readonly #style: ReplyStyle;
  readonly #reader = new RequestReader();
  #state: State = reading;
  /** Whether the alias that CONNECTEDUSERS may have has begun to come: then the whole of it is awaited. */
  #isAliasComing = false;

  constructor(host: Host, style: ReplyStyle) {
    this.#host = host;
    this.#style = style;
    host.wake(limits.net.requestMs);
  }

  received(inbox: Inbox): void {
    switch (this.#state.is) {
      case 'reading':
        return this.#read(inbox);
      case 'receiving':
        return this.#receive(this.#state.upload, inbox);
      case 'refused':
        return this.#pass(this.#state, inbox);
      case 'serving':
      case 'handing':
      case 'handed':
      case 'over':
        // One operation a connection: what comes behind it is nobody's.
        inbox.takeAll();
        return;
    }
  }

  ended(): void {
    switch (this.#state.is) {
      case 'reading':
        return this.#noMore();
      case 'receiving':
        return this.#fail();
      case 'refused':
        return this.#over();
      case 'handed':
        this.#host.owe({ do: 'file-taken', serial: this.#state.file.serial });
        this.#state = over;
        return;
      case 'serving':
      case 'handing':
      case 'over':
        return;
    }
  }

  woke(): void {
    switch (this.#state.is) {
      case 'reading':
        return this.#noMore();
      case 'receiving':
        return this.#fail();
      case 'refused':
      case 'handing':
        return this.#host.abort();
      case 'serving':
      case 'handed':
      case 'over':
        return;
    }
  }

  lost(): void {
    this.#drop();
    this.#state = over;
  }

  // ---- the request

  #read(inbox: Inbox): void {
    const reading = this.#reader.read(inbox);
    switch (reading.is) {
      case 'bad':
        inbox.takeAll();
        return this.#fail();
      case 'request':
        this.#serve(reading.request);
        // A file may stand right behind its request.
        return this.received(inbox);
      case 'more':
        return this.#awaitAlias(inbox);
    }
  }

  /** The one field that may be missing is not waited for as long as the others. */
  #awaitAlias(inbox: Inbox): void {
    if (this.#isAliasComing || this.#reader.withoutAlias() === undefined) return;
    this.#isAliasComing = inbox.length > 0;
    this.#host.wake(this.#isAliasComing ? limits.net.requestMs : limits.mailbox.optionalFieldMs);
  }

  /** Nothing more will come, or not in time: all that was needed is there, or the request failed. */
  #noMore(): void {
    const request = this.#isAliasComing ? undefined : this.#reader.withoutAlias();
    if (request === undefined) this.#fail();
    else this.#serve(request);
  }

  /** A request that can never be served: answered with its operation's failure, if that is known. */
  #fail(): void {
    this.#drop();
    const { operation } = this.#reader;
    if (operation === undefined) {
      this.#over();
      return;
    }
    const alias = this.#reader.field('alias');
    this.answer(failures[operation], []);
    if (hasResultLine(operation) && (alias !== undefined || operation === 'CONNECTEDUSERS')) {
      this.#host.print(consoleLines.done(operation, alias ?? '', 'FAIL'));
    }
  }

  #serve(request: Request): void {
    if (request.operation === 'SENDATTACH') this.#receiveFile(request);
    else this.#submit(request);
  }

  #submit(request: Request, file?: FileRef): void {
    this.#state = serving;
    this.#host.wake(undefined);
    serve(this.#host, request, this, file);
  }

  // ---- attachments

  #receiveFile(request: Request<'SENDATTACH'>): void {
    const size = sizeOf(request.size);
    if (size === undefined || !isBaseName(request.fileName)) return this.#fail();
    const sink = this.#host.receiveFile(size, () => {
      if (this.#state.is === 'receiving') this.#refuse(this.#state.upload, failures.SENDATTACH);
    });
    const upload: Upload = { request, size, sink, missing: size };
    this.#state = { is: 'receiving', upload };
    this.#host.wake(limits.net.pieceMs);
    if (size === 0) return this.#finish(upload);
    refuseEarly(this.#host, request, (code) => {
      if (this.#state.is === 'receiving') this.#refuse(upload, code);
    });
  }

  #receive(upload: Upload, inbox: Inbox): void {
    const bytes = inbox.takeAll(upload.missing);
    if (bytes.length === 0) return;
    upload.missing -= bytes.length;
    upload.sink.write(bytes);
    if (upload.missing === 0) this.#finish(upload);
    else this.#host.wake(limits.net.pieceMs);
  }

  #finish({ request, sink }: Upload): void {
    this.#state = serving;
    this.#host.wake(undefined);
    sink.finish((stored) => {
      if (!stored.ok) return this.answer(failures.SENDATTACH, []);
      this.#submit(request, { ...stored.value, name: request.fileName });
    });
  }

  /** The answer need not wait for the file, which is let pass: whoever still sends it may not read before he has. */
  #refuse({ sink, missing }: Upload, code: Code): void {
    sink.abandon();
    this.#state = { is: 'refused', missing };
    this.#host.write(encodeReply(code, [], this.#style));
  }

  #pass(state: Extract<State, { is: 'refused' }>, inbox: Inbox): void {
    state.missing -= inbox.takeAll(state.missing).length;
    if (state.missing === 0) this.#over();
    else this.#host.wake(limits.net.pieceMs);
  }

  hand(file: WaitingFile): void {
    this.#state = handing;
    this.#host.wake(limits.net.pieceMs);
    this.#host.write(encodeReply(0, [String(file.size)], this.#style));
    const sent = (result: Result<void, 'gone'>): void => {
      this.#host.wake(undefined);
      if (!result.ok) return this.#host.abort();
      // Only an end seen from here on says that he has taken all of it.
      this.#state = { is: 'handed', file };
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

  // ---- the end

  #drop(): void {
    if (this.#state.is === 'receiving') this.#state.upload.sink.abandon();
  }

  answer(code: Code, fields: readonly string[]): void {
    if (this.#state.is === 'over') return;
    // Of a whole request nothing more is to come: its connection need not wait for the peer's end.
    const patienceMs = this.#state.is === 'serving' ? 0 : undefined;
    this.#host.write(encodeReply(code, fields, this.#style));
    this.#over(patienceMs);
  }

  #over(patienceMs?: number): void {
    this.#state = over;
    this.#host.wake(undefined);
    this.#host.end(patienceMs);
  }
}
