// REGISTER: at a server of ours the account gets a key at once; any other gets the source's bytes and no more.

import type { Inbox } from '../../bytes/inbox';
import { decodeLossy } from '../../bytes/text';
import { note } from '../../client_kit/note';
import type {
  ClientConnection,
  ClientHost,
  ConnectionEvents,
  Registration,
  Taken,
} from '../../dialect';
import { limits } from '../../limits';
import { takeField } from '../wire/fields';
import { ownWords, type Request } from '../wire/messages';
import {
  type OperationResult,
  performSilently,
  refusal,
  refuse,
  showRequest,
  showResult,
} from './requests';
import { registrationFault } from './validation';

type Done = (result: OperationResult) => void;

/** Registers a user if the fields can be right, and shows both lines. */
export function register(host: ClientHost, who: Registration, done: Done): void {
  const request: Request<'REGISTER'> = { operation: 'REGISTER', ...who };
  const fault = registrationFault(who, host.now());
  if (fault !== undefined) return refuse(host, request, 'bad-data', fault, done);
  showRequest(host, request);
  const replied: Done = (result) => {
    showResult(host, 'REGISTER', result);
    done(result);
  };
  probe(host, (isOurs) => {
    if (isOurs === undefined) return replied(refusal('REGISTER', 'unreachable'));
    if (!isOurs) return ask(host, request, undefined, replied);
    // The same key makes the same request again: an account whose reply was lost is found.
    const made = host.keys.make(who.alias);
    if (!made.ok) {
      host.show(note(`No key can be kept for the account: ${host.hint('state')}.`));
      return replied(refusal('REGISTER', 'unwritable'));
    }
    const key = made.value;
    ask(host, request, key, (result) => {
      if (result.code === 0) host.keys.confirm(who.alias, key);
      else if (result.code !== undefined && result.isUncertain !== true) {
        host.keys.drop(who.alias, key);
      }
      replied(result);
    });
  });
}

function ask(
  host: ClientHost,
  request: Request<'REGISTER'>,
  key: string | undefined,
  done: Done,
): void {
  const { invite } = host;
  performSilently(host, request, done, undefined, {
    ...(key !== undefined && { KEY: key }),
    // A server that knows no invitations would take it for no operation.
    ...(key !== undefined && invite !== undefined && { INVITE: invite }),
  });
}

/** Asks whether the server is one of ours. Any other gets not a byte. Undefined: it cannot be reached. */
function probe(host: ClientHost, done: (isOurs: boolean | undefined) => void): void {
  host.dial((connection) => new Probe(connection, done));
}

/** A server of ours says so to a peer that ends its side and has said nothing. */
class Probe implements ConnectionEvents {
  readonly #connection: ClientConnection;
  readonly #done: (isOurs: boolean | undefined) => void;
  #isOpen = false;
  #isOver = false;

  constructor(connection: ClientConnection, done: (isOurs: boolean | undefined) => void) {
    this.#connection = connection;
    this.#done = done;
  }

  opened(): void {
    this.#isOpen = true;
    this.#connection.wake(limits.client.probeMs);
    this.#connection.end();
  }

  takeNext(inbox: Inbox): Taken {
    const word = takeField(inbox, limits.mailbox.operationBytes);
    if (word === undefined) return 'more';
    const isOurs = word !== 'too-long' && decodeLossy(word) === ownWords[0];
    inbox.takeAll();
    this.#finish(isOurs);
    return 'taken';
  }

  ended(): void {
    this.#finish(false);
  }

  lost(): void {
    this.#finish(this.#isOpen ? false : undefined);
  }

  woke(): void {
    this.#finish(false);
  }

  #finish(isOurs: boolean | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#connection.abort();
    this.#done(isOurs);
  }
}
