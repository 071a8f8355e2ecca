// What was asked, acknowledged, told and heard, and what of it is against the law.

/** The stay of a user: one connection that has a name, or an account from its registration to its end. */
export interface Stay {
  readonly dialect: string;
  /** How others see and address the user. */
  readonly name: string;
  /** Since when the user is surely here; undefined while that is not known. */
  enteredAt: number | undefined;
  /** Since when the user may no longer be here. */
  leftAt: number | undefined;
}

/** A private message, from the moment it was written. */
export interface PrivateMessage {
  /** A word that stands in its text and in no other. */
  readonly word: string;
  readonly text: string;
  readonly from: Stay;
  readonly to: string;
  /** The stay that it was meant for, if there was one. */
  readonly stay: Stay | undefined;
  /** Everything that is sent with the same one arrives in the order in which it was sent. */
  readonly line: object | undefined;
  readonly number: number;
  readonly sentAt: number;
  state: 'asked' | 'accepted' | 'refused' | 'unknown';
  answeredAt: number | undefined;
  /** The sender's own number of it, if the sender was told. */
  id: number | undefined;
  takenAt: number | undefined;
  /** The server died or stopped while this one was under way. */
  mayRepeat: boolean;
  /** The content of the file that came with it. */
  readonly file: Uint8Array | undefined;
  fileIs: 'there' | 'asked' | 'taken';
}

/** A message to everybody in a room. */
export interface RoomMessage {
  readonly word: string;
  readonly text: string;
  readonly by: Stay;
  readonly line: object;
  readonly number: number;
  /** The rooms in which the speaker may have been. */
  readonly rooms: ReadonlySet<string>;
  readonly sentAt: number;
  /** Since when it is known to have been said, and where. */
  answered: { readonly at: number; readonly room: string } | undefined;
  refused: boolean;
}

/** What one stay has heard, and the rooms in which it surely heard. */
export class Hearing {
  readonly stay: Stay;
  readonly heard = new Set<RoomMessage>();
  /** The newest roomMessage heard by speaker. */
  readonly newest = new Map<object, number>();
  readonly spans: { readonly room: string; readonly from: number; until: number }[] = [];
  /** Rooms that it may be in right now. */
  maybe: ReadonlySet<string> = new Set();

  constructor(stay: Stay) {
    this.stay = stay;
  }

  /** It is surely in this room from now on. */
  isIn(room: string, at: number): void {
    const isOpen = this.spans.some((span) => span.room === room && span.until === Infinity);
    if (!isOpen) this.spans.push({ room, from: at, until: Infinity });
  }

  /** It has done something that may take it out of this room, or of any. */
  mayLeave(at: number, room?: string): void {
    for (const span of this.spans) {
      if (room === undefined || span.room === room) span.until = Math.min(span.until, at);
    }
  }
}

/** Money on its way from one to another. */
export interface Payment {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
  state: 'asked' | 'sent' | 'refused' | 'unknown';
}

export class Model {
  readonly #violated: (what: string) => never;
  /** Counts everything that happens: a finer clock than time. */
  #moment = 0;
  #words = 0;
  readonly messages = new Map<string, PrivateMessage>();
  readonly #pairs = new Map<Stay, Map<string, PrivateMessage[]>>();
  readonly roomMessages = new Map<string, RoomMessage>();
  readonly hearings = new Set<Hearing>();
  readonly payments: Payment[] = [];

  constructor(violated: (what: string) => never) {
    this.#violated = violated;
  }

  now(): number {
    return ++this.#moment;
  }

  // ---- private messages

  write(of: {
    from: Stay;
    to: string;
    stay: Stay | undefined;
    line?: object;
    text: (word: string) => string;
    file?: Uint8Array;
  }): PrivateMessage {
    const number = ++this.#words;
    const word = `m${number}`;
    const message: PrivateMessage = {
      word,
      text: of.text(word),
      from: of.from,
      to: of.to,
      stay: of.stay,
      line: of.line,
      number,
      sentAt: this.now(),
      state: 'asked',
      answeredAt: undefined,
      id: undefined,
      takenAt: undefined,
      mayRepeat: false,
      file: of.file,
      fileIs: 'there',
    };
    this.messages.set(word, message);
    this.#pair(message).push(message);
    return message;
  }

  #pair({ from, to }: PrivateMessage): PrivateMessage[] {
    let byName = this.#pairs.get(from);
    if (!byName) this.#pairs.set(from, (byName = new Map<string, PrivateMessage[]>()));
    let pair = byName.get(to);
    if (!pair) byName.set(to, (pair = []));
    return pair;
  }

  answered(message: PrivateMessage, state: 'accepted' | 'refused' | 'unknown', id?: number): void {
    message.state = state;
    message.answeredAt = this.now();
    message.id = id;
    if (state === 'refused' && message.takenAt !== undefined) {
      this.#violated(`${message.word} was refused and arrived`);
    }
  }

  /** A user has got a private text. `names` are all under which others may write to them. */
  took(names: readonly string[], from: string, text: string, id?: number): PrivateMessage {
    const name = names.join('|');
    const word = /^m\d+/.exec(text)?.[0] ?? '';
    const message = this.messages.get(word);
    if (!message) this.#violated(`${name} got ${JSON.stringify(text)}, which nobody wrote`);
    const told = `${word} from ${message.from.name} to ${message.to}`;
    // A frame may hold only its beginning; where a file came with it, a word about that stands behind.
    if (!message.text.startsWith(text) && !text.startsWith(message.text)) {
      this.#violated(`${told} came as ${JSON.stringify(text)}`);
    }
    if (!names.includes(message.to)) this.#violated(`${told} came to ${name}`);
    if (message.from.name !== from) this.#violated(`${told} came from ${from}`);
    if (message.state === 'refused') this.#violated(`${told} was refused and arrived`);
    if (id !== undefined && message.id !== undefined && message.id !== id) {
      this.#violated(`${told} has the number ${message.id} and came as ${id}`);
    }
    if (message.takenAt !== undefined) {
      if (!message.mayRepeat) this.#violated(`${told} came twice`);
      message.mayRepeat = false;
      return message;
    }
    message.takenAt = this.now();
    for (const other of this.#pair(message)) {
      if (other.takenAt !== undefined && isBefore(message, other)) {
        this.#violated(`${told} came after ${other.word}, which was sent after it`);
      }
    }
    return message;
  }

  /** The life of the server that was delivering it ended first: it may come again, but no other message to the same user. */
  isUnderWay(text: string, life: number): void {
    const message = this.messages.get(/^m\d+/.exec(text)?.[0] ?? '');
    if (!message) return;
    message.mayRepeat = true;
    const what = `${message.to} in life ${life}`;
    const other = this.#underWay.get(what) ?? message;
    this.#underWay.set(what, message);
    if (other !== message) {
      this.#violated(`both ${message.word} and ${other.word} to ${what} would come again`);
    }
  }
  readonly #underWay = new Map<string, PrivateMessage>();

  // ---- messages to rooms

  say(of: {
    by: Stay;
    line: object;
    rooms: ReadonlySet<string>;
    text: (word: string) => string;
  }): RoomMessage {
    const number = ++this.#words;
    const word = `s${number}`;
    const roomMessage: RoomMessage = {
      word,
      text: of.text(word),
      by: of.by,
      line: of.line,
      number,
      rooms: of.rooms,
      sentAt: this.now(),
      answered: undefined,
      refused: false,
    };
    this.roomMessages.set(word, roomMessage);
    return roomMessage;
  }

  said(roomMessage: RoomMessage, room: string): void {
    roomMessage.answered = { at: this.now(), room };
  }

  /** A user has received something that was said in a room. */
  heard(hearing: Hearing, from: string, text: string): void {
    const { name } = hearing.stay;
    const word = /^s\d+/.exec(text)?.[0] ?? '';
    const roomMessage = this.roomMessages.get(word);
    if (!roomMessage) this.#violated(`${name} heard ${JSON.stringify(text)}, which nobody said`);
    const told = `${word} said by ${roomMessage.by.name} in ${[...roomMessage.rooms].join('|')}`;
    if (roomMessage.by.name !== from) this.#violated(`${told} was heard from ${from}`);
    if (roomMessage.by === hearing.stay) this.#violated(`${told} was heard by its own speaker`);
    if (roomMessage.refused) this.#violated(`${told} was refused and heard by ${name}`);
    if (hearing.heard.has(roomMessage)) this.#violated(`${told} was heard twice by ${name}`);
    if (![...roomMessage.rooms].some((room) => hearing.maybe.has(room))) {
      this.#violated(`${told} was heard by ${name} in ${[...hearing.maybe].join('|')}`);
    }
    if ((hearing.newest.get(roomMessage.line) ?? 0) > roomMessage.number) {
      this.#violated(`${told} was heard by ${name} after something that was said later`);
    }
    hearing.newest.set(roomMessage.line, roomMessage.number);
    hearing.heard.add(roomMessage);
  }

  /** When nothing moves any more: every user who was surely in the room has heard it. */
  checkRoomMessages(): void {
    for (const roomMessage of this.roomMessages.values()) {
      const { answered, sentAt, by } = roomMessage;
      if (!answered) continue;
      for (const hearing of this.hearings) {
        if (
          hearing.stay === by ||
          hearing.stay.leftAt !== undefined ||
          hearing.heard.has(roomMessage)
        )
          continue;
        const was = hearing.spans.some(
          ({ room, from, until }) => room === answered.room && from < sentAt && until > answered.at,
        );
        if (was)
          this.#violated(`${roomMessage.word} by ${by.name} never reached ${hearing.stay.name}`);
      }
    }
    this.roomMessages.clear();
    for (const hearing of this.hearings) {
      hearing.heard.clear();
      if (hearing.stay.leftAt !== undefined) this.hearings.delete(hearing);
    }
  }
}

/** Whether the server must have accepted one message before the other. */
function isBefore(one: PrivateMessage, other: PrivateMessage): boolean {
  if (one.id !== undefined && other.id !== undefined) return one.id < other.id;
  if (one.line !== undefined && one.line === other.line) return one.number < other.number;
  return one.state === 'accepted' && one.answeredAt !== undefined && one.answeredAt < other.sentAt;
}
