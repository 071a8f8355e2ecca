// One operation from the client's side: one connection with its request, its reply and perhaps a file.

import type { Inbox } from '../../bytes/inbox';
import type {
  ClientConnection,
  ClientHost,
  ConnectionEvents,
  SaveSink,
  SourceFile,
  Taken,
  Unreadable,
} from '../../dialect';
import { limits } from '../../limits';
import { encodeRequest } from '../wire/codec';
import { actorOf, type Code, type Prefixed, type Request } from '../wire/messages';
import { ReplyReader, type ReplyReading } from '../wire/reply_reader';

/**
 * What became of a request. `wasAsked`: it left, and may have been done. `refused`: for a reason on our side, before or
 * after the server's reply.
 */
export type RequestResult =
  | {
      readonly is: 'replied';
      readonly code: Code;
      readonly fields: readonly string[];
      readonly remark?: string;
    }
  | { readonly is: 'strange'; readonly text: string }
  | { readonly is: 'unreachable'; readonly wasAsked: boolean }
  | { readonly is: 'refused'; readonly why: Unreadable | 'unwritable' | 'cancelled' };

/** The file that goes with a request, or comes with its reply. */
export interface Transfer {
  /** The path of a file to be sent. The request is made when its name and size are known. */
  readonly upload?: { readonly path: string; readonly request: (file: SourceFile) => Request };
  /** Where a file that comes is to be saved: under the path if there is one, else under the name. */
  readonly save?: { readonly name: string; readonly path?: string };
}

/** A request that is under way. */
export interface Asked {
  /** Drops it. `done` is told, unless it was before. */
  cancel(): void;
}

/**
 * Asks the server one thing; `done` is called once. What a server sends behind its reply is ignored. A server
 * that does not reply within `limits.net.requestMs` counts as unreachable.
 */
export function sendRequest(
  host: ClientHost,
  request: Request,
  done: (result: RequestResult) => void,
  transfer: Transfer = {},
  prefixed: Prefixed = shownFor(host, request),
): Asked {
  let asked: RequestConnection | undefined;
  host.dial(
    (connection) =>
      (asked = new RequestConnection(host, connection, { request, prefixed }, done, transfer)),
  );
  return { cancel: () => asked?.cancel() };
}

/** What is shown for whom a request acts for; REGISTER has its own. */
export function shownFor(host: ClientHost, request: Request): Prefixed {
  if (request.operation === 'REGISTER') return {};
  const key = host.keys.of(actorOf(request));
  return key === undefined ? {} : { KEY: key };
}

/**
 * dialling: nothing was said yet. uploading: the file leaves; a reply may come before all of it has left.
 * waiting: for the reply. saving: so many bytes of the file have not come yet. over: it is known what became of it,
 * or will be when the file is saved.
 */
type State =
  | { readonly is: 'dialling' | 'uploading' | 'waiting' | 'over' }
  | { readonly is: 'saving'; readonly sink: SaveSink; missing: number };

class RequestConnection implements ConnectionEvents, Asked {
  readonly #host: ClientHost;
  readonly #connection: ClientConnection;
  readonly #request: Request;
  readonly #prefixed: Prefixed;
  readonly #done: (result: RequestResult) => void;
  readonly #transfer: Transfer;
  readonly #reader: ReplyReader;
  #state: State = { is: 'dialling' };
  /** What has arrived, kept for the end: the last field may lack its NUL, which only the end tells. */
  #inbox: Inbox | undefined;

  constructor(
    host: ClientHost,
    connection: ClientConnection,
    { request, prefixed }: { readonly request: Request; readonly prefixed: Prefixed },
    done: (result: RequestResult) => void,
    transfer: Transfer,
  ) {
    this.#prefixed = prefixed;
    this.#host = host;
    this.#connection = connection;
    this.#request = request;
    this.#done = done;
    this.#transfer = transfer;
    this.#reader = new ReplyReader(request.operation);
  }

  opened(): void {
    const { upload } = this.#transfer;
    if (upload !== undefined) {
      this.#upload(upload);
      return;
    }
    this.#state = { is: 'waiting' };
    this.#connection.write(encodeRequest(this.#request, this.#prefixed));
    this.#connection.wake(limits.net.requestMs);
  }

  takeNext(inbox: Inbox): Taken {
    this.#inbox = inbox;
    const state = this.#state;
    switch (state.is) {
      case 'dialling':
      case 'over':
        inbox.takeAll();
        return 'taken';
      case 'uploading':
      case 'waiting':
        return this.#read(this.#reader.read(inbox));
      case 'saving':
        this.#save(inbox, state);
        return 'taken';
    }
  }

  ended(): void {
    const { is } = this.#state;
    if (is === 'uploading' || is === 'waiting') this.#makeDo();
    // What is missing now will not come.
    this.#fail();
  }

  lost(): void {
    // A server that has not read all that we sent resets the connection when it closes it.
    if (this.#reader.isWhole) this.#makeDo();
    this.#fail();
  }

  woke(): void {
    if (this.#state.is === 'waiting') this.#makeDo();
    this.#abort();
  }

  cancel(): void {
    if (this.#state.is === 'over') return;
    if (this.#state.is === 'saving') this.#state.sink.abandon();
    this.#finish({ is: 'refused', why: 'cancelled' });
    this.#connection.abort();
  }

  // ---- a file that is sent

  #upload({ path, request }: NonNullable<Transfer['upload']>): void {
    const source = this.#host.source(path);
    if (!source.ok) return this.#finish({ is: 'refused', why: source.why });
    this.#state = { is: 'uploading' };
    this.#connection.write(encodeRequest(request(source.value), this.#prefixed));
    this.#connection.wake(limits.net.pieceMs);
    const sent = (result: { readonly ok: boolean }): void => {
      if (this.#state.is !== 'uploading') return;
      if (result.ok) this.#state = { is: 'waiting' };
      // The file could not be read to its end: the server must not wait for the rest.
      else this.#abort();
    };
    this.#connection.sendSource(source.value, sent, {
      pieceBytes: limits.files.readBytes,
      wrap: (piece) => {
        if (this.#state.is === 'uploading') this.#connection.wake(limits.net.pieceMs);
        return [piece];
      },
    });
  }

  // ---- the reply

  #read(reading: ReplyReading): Taken {
    switch (reading.is) {
      case 'more':
        // The server has decided: it no longer matters whether the rest of the file leaves.
        if (this.#reader.hasBegun) {
          this.#state = { is: 'waiting' };
          const ms = this.#reader.isWhole ? limits.mailbox.surplusMs : limits.mailbox.restMs;
          this.#connection.wake(ms);
        }
        return 'more';
      case 'strange':
        this.#finish({ is: 'strange', text: reading.text });
        this.#connection.abort();
        return 'taken';
      case 'reply':
        this.#replied(reading);
        return 'taken';
      case 'file':
        this.#startSaving(reading.size);
        return 'taken';
    }
  }

  /** The server says nothing more: what has come is the reply, whatever it lacks. */
  #makeDo(): void {
    if (this.#inbox === undefined || !this.#reader.hasBegun) return;
    const reading = this.#reader.end(this.#inbox);
    if (reading.is === 'reply') this.#replied(reading);
    else if (reading.is === 'strange') this.#finish(reading);
  }

  #replied({ code, fields, remark }: Extract<ReplyReading, { is: 'reply' }>): void {
    const isRefusedEarly = this.#state.is === 'uploading' && code !== 0;
    this.#finish({ is: 'replied', code, fields, ...(remark !== undefined && { remark }) });
    // The rest of a refused file need not be sent.
    if (isRefusedEarly) this.#connection.abort();
  }

  // ---- a file that comes

  #startSaving(size: number): void {
    const sink = this.#connection.saveFile(this.#transfer.save ?? { name: '' }, size);
    this.#state = { is: 'saving', sink, missing: size };
    this.#connection.wake(limits.net.pieceMs);
    if (size === 0) this.#finishSaving(sink);
  }

  #save(inbox: Inbox, state: Extract<State, { is: 'saving' }>): void {
    const bytes = inbox.takeAll(state.missing);
    state.missing -= bytes.length;
    state.sink.write(bytes);
    if (state.missing === 0) this.#finishSaving(state.sink);
    else this.#connection.wake(limits.net.pieceMs);
  }

  /** The server erases the file when we end cleanly, so we do not end before it is safe here. */
  #finishSaving(sink: SaveSink): void {
    this.#state = { is: 'over' };
    this.#connection.wake(undefined);
    sink.finish((result) => {
      if (result.ok) {
        this.#connection.end();
        this.#done({ is: 'replied', code: 0, fields: [result.value] });
      } else {
        this.#connection.abort();
        this.#done({ is: 'refused', why: 'unwritable' });
      }
    });
  }

  // ---- the end

  #abort(): void {
    this.#fail();
    this.#connection.abort();
  }

  #fail(): void {
    if (this.#state.is === 'saving') this.#state.sink.abandon();
    this.#finish({ is: 'unreachable', wasAsked: this.#state.is !== 'dialling' });
  }

  #finish(result: RequestResult): void {
    if (this.#state.is === 'over') return;
    this.#state = { is: 'over' };
    this.#connection.wake(undefined);
    this.#connection.end();
    this.#done(result);
  }
}
