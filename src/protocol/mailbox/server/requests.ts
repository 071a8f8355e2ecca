// What each request asks of the hub, and which code replies to each outcome (source 000, 7 and 8).
// long because every operation of the wire is served here, one method each.

import { isLoopback } from '../../bytes/address';
import { keyForm } from '../../bytes/secret';
import { bareName } from '../../bytes/text';
import { hashOfSecret } from '../../bytes/token';
import { isBaseName, isFullName } from '../../bytes/validation';
import type { Command, Outcome, WaitingFile } from '../../commands';
import type { Host } from '../../dialect';
import {
  type FileRef,
  type Name,
  nameOf,
  type Proof,
  recipientNameOf,
  type User,
} from '../../model';
import {
  encodeReply,
  encodeSize,
  listFields,
  type ReplyStyle,
  type WholeRequest,
} from '../wire/codec';
import { type Code, codes, type Operation, type Prefixed, type Request } from '../wire/messages';
import { dateOf, idOf, portOf } from '../wire/values';
import { consoleLines, hasResultLine } from './console';
import { serveKeys, type Who } from './keys';

/** How a request is replied to: with a code and fields, with a file, or with nothing. */
export interface Replies {
  readonly style: ReplyStyle;
  end(): void;
  reply(code: Code, fields: readonly string[]): void;
  /** `head`: what stands before its bytes. */
  sendFile(file: WaitingFile, head: Uint8Array): void;
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
  USERS: { 'not-connected': codes.USERS.notConnected },
  GET_FILE: { 'unknown-user': codes.GET_FILE.unknownUser },
  KEYS: { 'unknown-user': codes.KEYS.unknownUser },
  KEYADD: { 'unknown-user': codes.KEYADD.unknownUser },
  KEYREVOKE: { 'unknown-user': codes.KEYREVOKE.unknownUser },
  PASSWORD: { 'unknown-user': codes.PASSWORD.unknownUser },
  RECOVERY: { 'unknown-user': codes.RECOVERY.unknownUser },
};

const codeOf = (operation: Operation, refusal: string | undefined): Code =>
  (refusal === undefined ? undefined : refusalCodes[operation][refusal]) ?? codes[operation].failed;

/** The commands that a request about one account becomes, with nothing in their outcome but success or a refusal. */
type AccountCommand = Command<
  'register' | 'unregister' | 'callback-open' | 'callback-close' | 'callback-wants-files'
>;

/** What stood ahead of the operation, and what of it is proved. */
export type ShownAhead = Prefixed & { readonly proof?: Proof | undefined };

/** The one request of a connection. */
export class MailboxRequest {
  readonly #host: Host;
  readonly #operation: Operation;
  readonly #replies: Replies;
  readonly #shown: ShownAhead;

  constructor(host: Host, operation: Operation, replies: Replies, shown: ShownAhead = {}) {
    this.#shown = shown;
    this.#host = host;
    this.#operation = operation;
    this.#replies = replies;
  }

  /** Serves the whole request. SENDATTACH comes with its file, which is on disk by then. */
  serve({ request, raw, isShort = false }: WholeRequest, file?: FileRef): void {
    switch (request.operation) {
      case 'REGISTER':
        return this.#register(request, isShort);
      case 'UNREGISTER':
        return this.#unregister(request);
      case 'CONNECT':
        return this.#connect(request);
      case 'DISCONNECT':
        return this.#disconnect(request);
      case 'SEND':
        return this.#send(request, raw);
      case 'SENDATTACH':
        if (file !== undefined) return this.#send(request, raw, { file });
        if (!isBaseName(request.fileName)) return this.#fail('');
        this.#servesFiles(request.from);
        return this.#send(request, raw, { fileAtSender: request.fileName });
      case 'CONNECTEDUSERS':
        return this.#listUsers(request, listOf);
      case 'USERS':
        this.#servesFiles(request.alias);
        return this.#listUsers(request, (users) => listWithAddresses(users, this.#host));
      case 'GETFILE':
        return this.#getFile(request);
      case 'ATTACHES':
        return this.#wantFiles(request);
      case 'GET_FILE':
        return this.#getNamedFile(request);
      case 'KEYS':
      case 'KEYADD':
      case 'KEYREVOKE':
      case 'PASSWORD':
      case 'RECOVERY':
        return serveKeys(request, {
          host: this.#host,
          who: (alias) => this.#who(alias),
          succeed: (alias, fields) => this.#succeed(alias, fields),
          fail: (alias, why) => this.#fail(alias, why),
        });
    }
  }

  /** Refuses it before the hub is asked: what was shown is not right. */
  refuse(account: Name, why: string): void {
    this.#fail(account, why);
  }

  // ---- accounts and call-backs

  /** `isShort`: the edition of 2025-26 asks for nothing but an alias. */
  #register({ alias, fullName, born: written }: Request<'REGISTER'>, isShort: boolean): void {
    const name = nameOf(alias);
    const born = isShort ? '' : dateOf(written, this.#host.now);
    if (!name || !isFullName(fullName) || born === undefined) return this.#fail(alias);
    const { peerHost: host } = this.#host;
    const { KEY: key, INVITE: invite } = this.#shown;
    // What would be no key for the next time is none now.
    if (key !== undefined && !keyForm.test(key)) return this.#fail(alias);
    const account = {
      do: 'register',
      name,
      fullName,
      born,
      host,
      ...(key !== undefined && { key: { hash: hashOfSecret(key), label: '' } }),
      ...(invite !== undefined && { invite: hashOfSecret(invite) }),
    } as const;
    this.#submit(name, isShort ? { ...account, servesFiles: true } : account);
  }

  /** A peer that uses a word of the edition of 2025-26 hands out its files itself, and knows them announced. */
  #servesFiles(alias: string): void {
    const account = nameOf(alias);
    const who = account && this.#proved(account);
    if (who) this.#host.submit({ do: 'account-serves-files', ...who }, () => {});
  }

  #unregister({ alias }: Request<'UNREGISTER'>): void {
    const who = this.#who(alias);
    if (!who) return;
    this.#submit(who.account, { do: 'unregister', ...who, host: this.#host.peerHost });
  }

  #connect(request: Request<'CONNECT'>): void {
    const who = this.#who(request.alias);
    if (!who) return;
    const { account } = who;
    const port = portOf(request.port);
    const { machine, remote } = this.#host;
    // The server calls no machine but the peer's own.
    if (port === undefined || !this.#host.mayCall({ host: remote.host, port })) {
      return this.#fail(account);
    }
    const address = { host: remote.host, port };
    this.#submit(account, { do: 'callback-open', ...who, address, dialect: 'mailbox', machine });
  }

  #disconnect({ alias }: Request<'DISCONNECT'>): void {
    const who = this.#who(alias);
    if (!who) return;
    this.#submit(who.account, { do: 'callback-close', ...who, host: this.#host.peerHost });
  }

  #wantFiles(request: Request<'ATTACHES'>): void {
    const who = this.#who(request.alias);
    if (!who) return;
    const { account } = who;
    const port = portOf(request.port);
    if (request.port !== '' && port === undefined) return this.#fail(account);
    const { peerHost: host } = this.#host;
    const where = port === undefined ? { host } : { host, port };
    this.#submit(account, { do: 'callback-wants-files', ...who, ...where });
  }

  // ---- messages

  #send(
    { from, to, text }: Request<'SEND' | 'SENDATTACH'>,
    raw: Uint8Array | undefined,
    attached: { readonly file?: FileRef; readonly fileAtSender?: string } = {},
  ): void {
    const account = nameOf(from);
    const recipient = recipientNameOf(to);
    if (!account || !recipient) return this.#fail('', 'unknown-user');
    const command = {
      do: 'direct',
      from: this.#proved(account),
      to: recipient,
      text,
      origin: 'mailbox',
      ...(raw && { raw }),
      ...attached,
    } as const;
    const { ONCE: once } = this.#shown;
    if (once === '') return this.#fail('');
    const sent = (outcome: Outcome<'direct'>): void => {
      if (!outcome.ok) return this.#fail('', outcome.why);
      const { id, waiting } = outcome.value;
      this.#replies.reply(0, [String(id)]);
      if (waiting) this.#host.print(consoleLines.stored(id, account, recipient));
    };
    this.#host.submit(command, sent, once);
  }

  /** Asks whether a SENDATTACH would be refused anyway, before its file has come; gives the code if so. */
  refuseEarly({ from, to }: Request<'SENDATTACH'>, refuse: (code: Code) => void): void {
    const account = nameOf(from);
    const recipient = recipientNameOf(to);
    if (!account || !recipient) return refuse(codes.SENDATTACH.unknownUser);
    const command = { do: 'may-send-file', from: this.#proved(account), to: recipient } as const;
    this.#host.submit(command, (outcome) => {
      if (!outcome.ok) refuse(codeOf('SENDATTACH', outcome.why));
    });
  }

  #getFile(request: Request<'GETFILE'>): void {
    const who = this.#who(request.alias);
    if (!who) return;
    const { account } = who;
    const from = recipientNameOf(request.from);
    const id = idOf(request.id);
    if (!from || id === undefined) return this.#fail(account);
    const { peerHost: host } = this.#host;
    this.#host.submit({ do: 'file-find', ...who, from, id, host }, (outcome) => {
      if (!outcome.ok) return this.#fail(account, outcome.why);
      const { value: file } = outcome;
      this.#replies.sendFile(file, encodeReply(0, [String(file.size)], this.#replies.style));
      this.#print(account, 'OK');
    });
  }

  /** As the sender would answer it: with the size and the bytes, or with nothing. */
  #getNamedFile({ alias, fileName }: Request<'GET_FILE'>): void {
    const account = nameOf(alias);
    const { peerHost: host } = this.#host;
    if (!account) return this.#replies.end();
    this.#host.submit({ do: 'file-named', ...this.#proved(account), fileName, host }, (outcome) => {
      if (outcome.ok) this.#replies.sendFile(outcome.value, encodeSize(outcome.value.size));
      else this.#replies.end();
      this.#print(account, outcome.ok ? 'OK' : 'FAIL');
    });
  }

  // ---- lists

  #listUsers(
    { alias }: Request<'CONNECTEDUSERS' | 'USERS'>,
    fieldsOf: (users: readonly User[]) => readonly string[],
  ): void {
    const account = nameOf(alias);
    if (!account && alias !== '') return this.#fail('');
    // A peer that gives no name stands for the user who is connected from its address.
    const asker = account ? this.#proved(account) : { host: this.#host.peerHost };
    this.#host.submit({ do: 'users', asker }, (outcome) => {
      if (outcome.ok) this.#succeed('', fieldsOf(outcome.value.users));
      else this.#fail('', outcome.why);
    });
  }

  // ---- replies, and their lines on the console

  /** Who acts under an alias; where it can name nobody, the request is refused. */
  #who(alias: string): Who | undefined {
    const account = nameOf(alias);
    if (!account) this.#fail(alias, 'unknown-user');
    return account && this.#proved(account);
  }

  /** An account with what was proved of it. */
  #proved(account: Name): Who {
    const { proof } = this.#shown;
    return proof ? { account, credential: proof.credential } : { account };
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

/** The last list with addresses, and what it was made of. */
let lastAddressed: { readonly of: readonly unknown[]; readonly fields: readonly string[] } = {
  of: [],
  fields: [],
};

/** Each user with the address that hands out the files that came from them (README, "The edition of 2025-26"). */
function listWithAddresses(users: readonly User[], { local, remote }: Host): readonly string[] {
  const of = [users, local.host, local.port, isLoopback(remote.host)];
  if (of.every((part, index) => part === lastAddressed.of[index])) return lastAddressed.fields;
  const fields = listFields(
    users.map((user) => {
      const { host, port } = mayShowAddress(user, remote.host) ? user.address : local;
      // The delimiter of the list ends a name: with one inside, a user could show an address that is not theirs.
      return [shownName(user).replace(/ *::+ */g, ' '), host, port].join(' :: ');
    }),
  );
  lastAddressed = { of, fields };
  return fields;
}

/** The files of everybody else are kept by the server. An address of one machine means nothing to another. */
const mayShowAddress = ({ address, servesFiles }: User, asker: string): boolean =>
  servesFiles === true && (isLoopback(asker) || !isLoopback(address.host));

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
