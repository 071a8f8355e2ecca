// What each operation asks of the hub, and which code each outcome is answered with (source 000, sections 7 and 8).

import { bareName } from '../../bytes/text';
import type { WaitingFile } from '../../commands';
import type { Host } from '../../dialect';
import { type Address, type FileRef, nameOf, recipientNameOf, type User } from '../../model';
import { type Code, failures, type Operation, type Request } from '../wire/messages';
import { idOf, isBirthDate, isFullName, portOf } from '../wire/values';
import { consoleLines, hasResultLine } from './console';

/** What may become of a request: an answer, or an answer with a file behind it. */
export interface Replies {
  answer(code: Code, fields: readonly string[]): void;
  hand(file: WaitingFile): void;
}

/** Refusals that have a code of their own; every other is the operation's failure. */
const refusals: { readonly [O in Operation]?: Readonly<Record<string, Code>> } = {
  REGISTER: { 'name-taken': 1 },
  UNREGISTER: { 'unknown-user': 1 },
  CONNECT: { 'unknown-user': 1, 'already-connected': 2 },
  DISCONNECT: { 'unknown-user': 1, 'not-connected': 2 },
  SEND: { 'unknown-sender': 1, 'unknown-user': 1 },
  CONNECTEDUSERS: { 'not-connected': 1 },
  SENDATTACH: { 'unknown-sender': 1, 'unknown-user': 1 },
  GETFILE: { 'unknown-user': 1 },
  ATTACHES: { 'unknown-user': 1 },
};

/** Whether a SENDATTACH is refused before its file is there: `refuse` is told the code, if so. */
export function refuseEarly(
  host: Host,
  request: Request<'SENDATTACH'>,
  refuse: (code: Code) => void,
): void {
  const account = nameOf(request.from);
  const addressee = recipientNameOf(request.to);
  const codeOf = (why: string): Code => refusals.SENDATTACH?.[why] ?? failures.SENDATTACH;
  if (!account || !addressee) return refuse(codeOf('unknown-user'));
  host.submit({ do: 'may-send-file', from: { account }, to: addressee }, (outcome) => {
    if (!outcome.ok) refuse(codeOf(outcome.why));
  });
}

/** What a request came to, told to its peer and on the console. */
class Reply {
  readonly #host: Host;
  readonly #operation: Operation;
  readonly #to: Replies;

  constructor(host: Host, operation: Operation, to: Replies) {
    this.#host = host;
    this.#operation = operation;
    this.#to = to;
  }

  done(alias: string, fields: readonly string[] = []): void {
    this.#to.answer(0, fields);
    this.tell(alias, 'OK');
  }

  fail(alias: string, why?: string): void {
    const codes = refusals[this.#operation];
    const code = why === undefined ? undefined : codes?.[why];
    this.#to.answer(code ?? failures[this.#operation], []);
    this.tell(alias, 'FAIL');
  }

  tell(alias: string, outcome: 'OK' | 'FAIL'): void {
    if (hasResultLine(this.#operation))
      this.#host.print(consoleLines.done(this.#operation, alias, outcome));
  }
}

/** Serves a whole request; SENDATTACH comes with its file, which is on disk by then. */
export function serve(host: Host, request: Request, to: Replies, file?: FileRef): void {
  const reply = new Reply(host, request.operation, to);
  switch (request.operation) {
    case 'REGISTER': {
      const { fullName, born } = request;
      const name = nameOf(request.alias);
      if (!name || !isFullName(fullName) || !isBirthDate(born, host.now)) {
        reply.fail(request.alias);
        return;
      }
      host.submit({ do: 'register', name, fullName, born, host: host.remote.host }, (outcome) =>
        outcome.ok ? reply.done(name) : reply.fail(name, outcome.why),
      );
      return;
    }
    case 'UNREGISTER': {
      const account = nameOf(request.alias);
      if (!account) return reply.fail(request.alias, 'unknown-user');
      host.submit({ do: 'unregister', account, host: host.remote.host }, (outcome) =>
        outcome.ok ? reply.done(account) : reply.fail(account, outcome.why),
      );
      return;
    }
    case 'CONNECT': {
      const account = nameOf(request.alias);
      const port = portOf(request.port);
      if (!account) return reply.fail(request.alias, 'unknown-user');
      // The server calls nobody but the peer itself, and never one of its own doors.
      if (port === undefined || host.isOwnDoor({ host: host.remote.host, port })) {
        return reply.fail(account);
      }
      const address: Address = { host: host.remote.host, port };
      const { machine } = host;
      host.submit(
        { do: 'callback-open', account, address, dialect: 'mailbox', machine },
        (outcome) => (outcome.ok ? reply.done(account) : reply.fail(account, outcome.why)),
      );
      return;
    }
    case 'DISCONNECT': {
      const account = nameOf(request.alias);
      if (!account) return reply.fail(request.alias, 'unknown-user');
      host.submit({ do: 'callback-close', account, host: host.remote.host }, (outcome) =>
        outcome.ok ? reply.done(account) : reply.fail(account, outcome.why),
      );
      return;
    }
    case 'SEND':
    case 'SENDATTACH': {
      const account = nameOf(request.from);
      const addressee = recipientNameOf(request.to);
      if (!account || !addressee) return reply.fail('', 'unknown-user');
      const { text } = request;
      host.submit(
        {
          do: 'direct',
          from: { account },
          to: addressee,
          text,
          origin: 'mailbox',
          ...(file && { file }),
        },
        (outcome) => {
          if (!outcome.ok) return reply.fail('', outcome.why);
          const { id, waiting } = outcome.value;
          to.answer(0, [String(id)]);
          if (waiting) host.print(consoleLines.stored(id, account, addressee));
        },
      );
      return;
    }
    case 'CONNECTEDUSERS': {
      const account = nameOf(request.alias);
      if (!account && request.alias !== '') return reply.fail('');
      // Who does not say who he is, is whoever is connected from there.
      const asker = account ? { account } : { host: host.remote.host };
      host.submit({ do: 'users', asker }, (outcome) => {
        if (!outcome.ok) return reply.fail('', outcome.why);
        reply.done('', listOf(outcome.value.users));
      });
      return;
    }
    case 'GETFILE': {
      const account = nameOf(request.alias);
      const from = recipientNameOf(request.from);
      const id = idOf(request.id);
      if (!account) return reply.fail(request.alias, 'unknown-user');
      if (!from || id === undefined) return reply.fail(account);
      host.submit({ do: 'file-find', account, from, id, host: host.remote.host }, (outcome) => {
        if (!outcome.ok) return reply.fail(account, outcome.why);
        to.hand(outcome.value);
        reply.tell(account, 'OK');
      });
      return;
    }
    case 'ATTACHES': {
      const account = nameOf(request.alias);
      if (!account) return reply.fail(request.alias, 'unknown-user');
      host.submit({ do: 'callback-wants-files', account, host: host.remote.host }, (outcome) =>
        outcome.ok ? reply.done(account) : reply.fail(account, outcome.why),
      );
      return;
    }
  }
}

/** A name as this protocol's peers see it wherever else they meet it. */
const shownName = ({ name, dialect }: User): string =>
  dialect === 'mailbox' ? name : bareName(name);

let lastUsers: readonly User[] = [];
let lastList: readonly string[] = ['0'];

/** How many, then each: made once for all who ask while nobody comes or goes, when the list is the same object. */
function listOf(users: readonly User[]): readonly string[] {
  if (users !== lastUsers) {
    lastUsers = users;
    lastList = [String(users.length), ...users.map(shownName)];
  }
  return lastList;
}
