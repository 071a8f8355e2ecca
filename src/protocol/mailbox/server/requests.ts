// What each request asks of the hub, and which code replies to each outcome (source 000, 7 and 8).

import { bareName } from '../../bytes/text';
import { isBirthDate, isFullName } from '../../bytes/validation';
import type { Command, WaitingFile } from '../../commands';
import type { Host } from '../../dialect';
import { type FileRef, type Name, nameOf, recipientNameOf, type User } from '../../model';
import { listFields } from '../wire/codec';
import { type Code, codes, type Operation, type Request } from '../wire/messages';
import { idOf, portOf } from '../wire/values';
import { consoleLines, hasResultLine } from './console';

/** How a request is replied to: with a code and fields, or with a file. */
export interface Replies {
  reply(code: Code, fields: readonly string[]): void;
  sendFile(file: WaitingFile): void;
}

/** The code for each refusal of the hub that has one of its own. Every other refusal is `failed`. */
const refusalCodes: { readonly [O in Operation]: Readonly<Record<string, Code>> } = {
  REGISTER: { 'name-taken': codes.REGISTER.nameTaken },
  UNREGISTER: { 'unknown-user': codes.UNREGISTER.unknownUser },
  CONNECT: {
    'unknown-user': codes.CONNECT.unknownUser,
    'already-connected': codes.CONNECT.alreadyConnected,
  },
  DISCONNECT: {
    'unknown-user': codes.DISCONNECT.unknownUser,
    'not-connected': codes.DISCONNECT.notConnected,
  },
  SEND: { 'unknown-sender': codes.SEND.unknownUser, 'unknown-user': codes.SEND.unknownUser },
  CONNECTEDUSERS: { 'not-connected': codes.CONNECTEDUSERS.notConnected },
  SENDATTACH: {
    'unknown-sender': codes.SENDATTACH.unknownUser,
    'unknown-user': codes.SENDATTACH.unknownUser,
  },
  GETFILE: { 'unknown-user': codes.GETFILE.unknownUser },
  ATTACHES: { 'unknown-user': codes.ATTACHES.unknownUser },
};

const codeOf = (operation: Operation, refusal: string | undefined): Code =>
  (refusal === undefined ? undefined : refusalCodes[operation][refusal]) ?? codes[operation].failed;

/** The commands that a request about one account becomes, with nothing in their outcome but success or a refusal. */
type AccountCommand = Command<
  'register' | 'unregister' | 'callback-open' | 'callback-close' | 'callback-wants-files'
>;

/** The one request of a connection. */
export class MailboxRequest {
  readonly #host: Host;
  readonly #operation: Operation;
  readonly #replies: Replies;

  constructor(host: Host, operation: Operation, replies: Replies) {
    this.#host = host;
    this.#operation = operation;
    this.#replies = replies;
  }

  /** Serves the whole request. SENDATTACH comes with its file, which is on disk by then. */
  serve(request: Request, file?: FileRef): void {
    switch (request.operation) {
      case 'REGISTER':
        return this.#register(request);
      case 'UNREGISTER':
        return this.#unregister(request);
      case 'CONNECT':
        return this.#connect(request);
      case 'DISCONNECT':
        return this.#disconnect(request);
      case 'SEND':
      case 'SENDATTACH':
        return this.#send(request, file);
      case 'CONNECTEDUSERS':
        return this.#listUsers(request);
      case 'GETFILE':
        return this.#getFile(request);
      case 'ATTACHES':
        return this.#wantFiles(request);
    }
  }

  // ---- accounts and call-backs

  #register({ alias, fullName, born }: Request<'REGISTER'>): void {
    const name = nameOf(alias);
    if (!name || !isFullName(fullName) || !isBirthDate(born, this.#host.now)) {
      return this.#fail(alias);
    }
    const { host } = this.#host.remote;
    this.#submit(name, { do: 'register', name, fullName, born, host });
  }

  #unregister({ alias }: Request<'UNREGISTER'>): void {
    const account = this.#account(alias);
    if (!account) return;
    this.#submit(account, { do: 'unregister', account, host: this.#host.remote.host });
  }

  #connect(request: Request<'CONNECT'>): void {
    const account = this.#account(request.alias);
    if (!account) return;
    const port = portOf(request.port);
    const { machine, remote } = this.#host;
    // The server calls no machine but the peer's own.
    if (port === undefined || !this.#host.mayCall({ host: remote.host, port })) {
      return this.#fail(account);
    }
    const address = { host: remote.host, port };
    this.#submit(account, { do: 'callback-open', account, address, dialect: 'mailbox', machine });
  }

  #disconnect({ alias }: Request<'DISCONNECT'>): void {
    const account = this.#account(alias);
    if (!account) return;
    this.#submit(account, { do: 'callback-close', account, host: this.#host.remote.host });
  }

  #wantFiles(request: Request<'ATTACHES'>): void {
    const account = this.#account(request.alias);
    if (!account) return;
    const port = portOf(request.port);
    if (request.port !== '' && port === undefined) return this.#fail(account);
    const { host } = this.#host.remote;
    const where = port === undefined ? { host } : { host, port };
    this.#submit(account, { do: 'callback-wants-files', account, ...where });
  }

  // ---- messages

  #send({ from, to, text }: Request<'SEND' | 'SENDATTACH'>, file: FileRef | undefined): void {
    const account = nameOf(from);
    const recipient = recipientNameOf(to);
    if (!account || !recipient) return this.#fail('', 'unknown-user');
    const command = {
      do: 'direct',
      from: { account },
      to: recipient,
      text,
      origin: 'mailbox',
      ...(file && { file }),
    } as const;
    this.#host.submit(command, (outcome) => {
      if (!outcome.ok) return this.#fail('', outcome.why);
      const { id, waiting } = outcome.value;
      this.#replies.reply(0, [String(id)]);
      if (waiting) this.#host.print(consoleLines.stored(id, account, recipient));
    });
  }

  /** Asks whether a SENDATTACH would be refused anyway, before its file has come; gives the code if so. */
  refuseEarly({ from, to }: Request<'SENDATTACH'>, refuse: (code: Code) => void): void {
    const account = nameOf(from);
    const recipient = recipientNameOf(to);
    if (!account || !recipient) return refuse(codes.SENDATTACH.unknownUser);
    const command = { do: 'may-send-file', from: { account }, to: recipient } as const;
    this.#host.submit(command, (outcome) => {
      if (!outcome.ok) refuse(codeOf('SENDATTACH', outcome.why));
    });
  }

  #getFile(request: Request<'GETFILE'>): void {
    const account = this.#account(request.alias);
    if (!account) return;
    const from = recipientNameOf(request.from);
    const id = idOf(request.id);
    if (!from || id === undefined) return this.#fail(account);
    const { host } = this.#host.remote;
    this.#host.submit({ do: 'file-find', account, from, id, host }, (outcome) => {
      if (!outcome.ok) return this.#fail(account, outcome.why);
      this.#replies.sendFile(outcome.value);
      this.#print(account, 'OK');
    });
  }

  // ---- lists

  #listUsers({ alias }: Request<'CONNECTEDUSERS'>): void {
    const account = nameOf(alias);
    if (!account && alias !== '') return this.#fail('');
    // A peer that gives no name stands for the user who is connected from its address.
    const asker = account ? { account } : { host: this.#host.remote.host };
    this.#host.submit({ do: 'users', asker }, (outcome) => {
      if (outcome.ok) this.#succeed('', listOf(outcome.value.users));
      else this.#fail('', outcome.why);
    });
  }

  // ---- replies, and their lines on the console

  /** The account that an alias names; where it can name none, the request is refused. */
  #account(alias: string): Name | undefined {
    const account = nameOf(alias);
    if (!account) this.#fail(alias, 'unknown-user');
    return account;
  }

  #submit(account: Name, command: AccountCommand): void {
    this.#host.submit(command, (outcome) => {
      if (outcome.ok) this.#succeed(account);
      else this.#fail(account, outcome.why);
    });
  }

  #succeed(alias: string, fields: readonly string[] = []): void {
    this.#replies.reply(0, fields);
    this.#print(alias, 'OK');
  }

  #fail(alias: string, refusal?: string): void {
    this.#replies.reply(codeOf(this.#operation, refusal), []);
    this.#print(alias, 'FAIL');
  }

  #print(alias: string, result: 'OK' | 'FAIL'): void {
    if (!hasResultLine(this.#operation)) return;
    this.#host.print(consoleLines.result(this.#operation, alias, result));
  }
}

/** A name as this protocol shows it: names from other doors lose the characters that dialects delimit with. */
const shownName = ({ name, dialect }: User): string =>
  dialect === 'mailbox' ? name : bareName(name);

let lastUsers: readonly User[] = [];
let lastFields: readonly string[] = listFields([]);

/** The fields of a list. While nobody comes or goes the hub gives the same array, and the fields are made once. */
function listOf(users: readonly User[]): readonly string[] {
  if (users !== lastUsers) {
    lastUsers = users;
    lastFields = listFields(users.map(shownName));
  }
  return lastFields;
}
