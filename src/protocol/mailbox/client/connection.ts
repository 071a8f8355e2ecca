// One operation from the client's side: a connection, the request, the answer, the end.

import type { Inbox } from '../../bytes/inbox';
import type {
  ClientConnection,
  ClientHost,
  ConnectionEvents,
  SaveSink,
  SourceFile,
} from '../../dialect';
import { limits } from '../../limits';
import { encodeRequest, ReplyReader } from '../wire/codec';
import { type Code, heardBytes, type Request } from '../wire/messages';
import { sizeOf } from '../wire/values';

/** What became of it. `refused`: for a reason on our side, before or behind the server's answer. */
export type RequestResult =
  | { readonly is: 'answered'; readonly code: Code; readonly fields: readonly string[] }
  | { readonly is: 'unreachable' }
  | { readonly is: 'refused'; readonly why: 'unreadable' | 'unwritable' };

/** What goes with a request, or comes with its answer, besides fields. */
export interface Transfer {
  /** The path of a file to be sent; the request is made when its name and size are known. */
  readonly upload?: { readonly path: string; readonly request: (file: SourceFile) => Request };
  /** Where a file that comes is to be saved: under the path given, else under a name. */
  readonly save?: { readonly name: string; readonly path?: string };
}

/**
 * Asks the server one thing; `done` is called once. Understands a raw byte, a digit, a digit with NUL; ignores
 * what a server sends behind its answer. A server that does not answer in time counts as unreachable.
 */
export function sendRequest(
  host: ClientHost,
  request: Request,
  done: (answer: RequestResult) => void,
  cargo: Transfer = {},
): void {
  host.dial((connection) => new RequestConnection(host, connection, request, done, cargo));
}

/** Users of one list; more is no list. */
const usersMax = 1_000_000;

/**
 * dialling: nothing was said yet. uploading: the file leaves, though an answer may come early.
 * asked: the code is awaited. listing: so many fields are missing. saving: so many bytes are missing.
 */
type State =
  | { readonly is: 'dialling' | 'uploading' | 'asked' | 'counting' | 'sizing' | 'over' }
  | { readonly is: 'listing'; readonly count: number }
  | { readonly is: 'saving'; readonly sink: SaveSink; missing: number };

class RequestConnection implements ConnectionEvents {
  readonly #host: ClientHost;
  readonly #connection: ClientConnection;
  readonly #request: Request;
  readonly #done: (answer: RequestResult) => void;
  readonly #cargo: Transfer;
  readonly #reply = new ReplyReader();
  readonly #fields: string[] = [];
  #state: State = { is: 'dialling' };
  #inbox: Inbox | undefined;

  constructor(
    host: ClientHost,
    connection: ClientConnection,
    request: Request,
    done: (answer: RequestResult) => void,
    cargo: Transfer,
  ) {
    this.#host = host;
    this.#connection = connection;
    this.#request = request;
    this.#done = done;
    this.#cargo = cargo;
  }

  opened(): void {
    const { upload } = this.#cargo;
    if (upload !== undefined) {
      this.#upload(upload);
      return;
    }
    this.#state = { is: 'asked' };
    this.#connection.write(encodeRequest(this.#request));
    this.#connection.wake(limits.net.requestMs);
  }

  received(inbox: Inbox): void {
    this.#inbox = inbox;
    while (this.#step(inbox));
  }

  ended(): void {
    const state = this.#state;
    if (state.is === 'listing' && this.#inbox && this.#fields.length === state.count - 1) {
      const field = this.#reply.lastField(this.#inbox, heardBytes);
      if (field !== undefined) {
        this.#fields.push(field);
        return this.#answered(0);
      }
    }
    // Whatever is still missing will not come.
    this.#fail();
  }

  lost(): void {
    this.#fail();
  }

  woke(): void {
    this.#fail();
    this.#connection.abort();
  }

  // ---- the request

  #upload({ path, request }: NonNullable<Transfer['upload']>): void {
    const source = this.#host.source(path);
    if (!source.ok) {
      this.#finish({ is: 'refused', why: 'unreadable' });
      return;
    }
    this.#state = { is: 'uploading' };
    this.#connection.write(encodeRequest(request(source.value)));
    this.#connection.wake(limits.net.pieceMs);
    const sent = (result: { readonly ok: boolean }): void => {
      if (this.#state.is !== 'uploading') return;
      // A file that could not be read to its end: the server must not wait for the rest.
      if (!result.ok) return this.woke();
      this.#state = { is: 'asked' };
    };
    this.#connection.sendSource(source.value, sent, {
      pieceBytes: limits.files.readBytes,
      wrap: (piece) => {
        if (this.#state.is === 'uploading') this.#connection.wake(limits.net.pieceMs);
        return [piece];
      },
    });
  }

  // ---- the answer

  /** Takes one piece of the answer; false when there is none to take. */
  #step(inbox: Inbox): boolean {
    const state = this.#state;
    switch (state.is) {
      case 'dialling':
      case 'over':
        inbox.takeAll();
        return false;
      case 'uploading':
      case 'asked':
        return this.#takeCode(inbox);
      case 'counting':
      case 'sizing':
        return this.#takeNumber(inbox, state.is);
      case 'listing':
        return this.#takeField(inbox, state.count);
      case 'saving':
        return this.#save(inbox, state);
    }
  }

  #takeCode(inbox: Inbox): boolean {
    const code = this.#reply.code(inbox);
    if (code === undefined) return false;
    if (code === 'bad') return this.#bad();
    const follows = code === 0 ? following[this.#request.operation] : 'nothing';
    switch (follows) {
      case 'nothing':
        this.#answered(code);
        return false;
      case 'id':
        this.#state = { is: 'listing', count: 1 };
        return true;
      case 'users':
        this.#state = { is: 'counting' };
        return true;
      case 'file':
        this.#state = { is: 'sizing' };
        return true;
    }
  }

  #takeNumber(inbox: Inbox, what: 'counting' | 'sizing'): boolean {
    const field = this.#reply.field(inbox, heardBytes);
    if (field === undefined) return false;
    const number = field === 'bad' ? undefined : sizeOf(field.text);
    if (number === undefined) return this.#bad();
    if (what === 'sizing') return this.#startSaving(number);
    if (number > usersMax) return this.#bad();
    this.#state = { is: 'listing', count: number };
    if (number === 0) this.#answered(0);
    return number > 0;
  }

  #takeField(inbox: Inbox, count: number): boolean {
    const field = this.#reply.field(inbox, heardBytes);
    if (field === undefined) return false;
    if (field === 'bad') return this.#bad();
    this.#fields.push(field.text);
    if (this.#fields.length < count) return true;
    this.#answered(0);
    return false;
  }

  #startSaving(size: number): boolean {
    const sink = this.#connection.saveFile(this.#cargo.save ?? { name: '' }, size);
    const state = { is: 'saving', sink, missing: size } as const;
    this.#state = state;
    this.#connection.wake(limits.net.pieceMs);
    if (size === 0) this.#saved(sink);
    return size > 0;
  }

  #save(inbox: Inbox, state: Extract<State, { is: 'saving' }>): boolean {
    const bytes = inbox.takeAll(state.missing);
    if (bytes.length === 0) return false;
    state.missing -= bytes.length;
    state.sink.write(bytes);
    if (state.missing === 0) this.#saved(state.sink);
    else this.#connection.wake(limits.net.pieceMs);
    return false;
  }

  /** The server erases the file once we end cleanly: so not before it is safe here. */
  #saved(sink: SaveSink): void {
    this.#state = { is: 'over' };
    this.#connection.wake(undefined);
    sink.finish((result) => {
      if (result.ok) {
        this.#connection.end();
        this.#done({ is: 'answered', code: 0, fields: [result.value] });
      } else {
        this.#connection.abort();
        this.#done({ is: 'refused', why: 'unwritable' });
      }
    });
  }

  // ---- the end

  #answered(code: Code): void {
    const isUploading = this.#state.is === 'uploading';
    this.#finish({ is: 'answered', code, fields: this.#fields });
    // Refused before all was sent: the rest is not worth sending.
    if (isUploading) this.#connection.abort();
  }

  #bad(): false {
    this.#fail();
    this.#connection.abort();
    return false;
  }

  #fail(): void {
    if (this.#state.is === 'saving') this.#state.sink.abandon();
    this.#finish({ is: 'unreachable' });
  }

  #finish(answer: RequestResult): void {
    if (this.#state.is === 'over') return;
    this.#state = { is: 'over' };
    this.#connection.wake(undefined);
    this.#connection.end();
    this.#done(answer);
  }
}

/** What follows a code of 0. */
const following: Readonly<Record<Request['operation'], 'nothing' | 'id' | 'users' | 'file'>> = {
  REGISTER: 'nothing',
  UNREGISTER: 'nothing',
  CONNECT: 'nothing',
  DISCONNECT: 'nothing',
  SEND: 'id',
  CONNECTEDUSERS: 'users',
  SENDATTACH: 'id',
  GETFILE: 'file',
  ATTACHES: 'nothing',
};
