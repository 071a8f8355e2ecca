// The interactive client of a terminal: logged in as long as the user stays, whatever the network does.
// long because it is where all that happens to a session meets: its user, its server, its losses.

import { BoundedSet } from '../../bounded';
import type {
  ClientConnection,
  ClientHost,
  ClientOptions,
  ClientSession,
  Ending,
} from '../../client';
import { note } from '../../client_kit/note';
import { limits } from '../../limits';
import type { PrivateMessage, ReplyOf, ServerNotice } from '../wire/messages';
import { CatchUp } from './catch_up';
import { completions, type Desk, type Done, obey } from './commands';
import { Marks } from './marks';
import { type Place, placeOf, typedForm } from './place';
import { result, shownMessage, shownNotice, shownSaid } from './render';
import { WebClientSession, type WebClientState } from './session';
import { endingOf, loginRefusal, noSecret, wordsFor } from './words';

export class TerminalSession implements ClientSession, Desk {
  readonly host: ClientHost;
  readonly #options: ClientOptions;
  readonly #isPerson: boolean;
  readonly #web: WebClientSession;
  readonly #catchUp: CatchUp;
  readonly #marks: Marks;
  readonly #names = new BoundedSet<string>(limits.client.names);
  readonly #rooms = new BoundedSet<string>(limits.client.names);
  /** Open rooms that the user is in, and comes back to. */
  readonly #joined = new Set<string>();
  /** Messages that were shown: one whose confirmation was lost comes again. */
  readonly #shown = new BoundedSet<number>(limits.client.names);
  /** What was typed while nobody was there to hear it. */
  #early: { readonly run: () => void; readonly done: Done }[] = [];
  /** Whether the user is in all rooms that they were in: what is typed before that waits. */
  #isBack = false;
  #place: Place | undefined;
  #connection: ClientConnection | undefined;
  #hasBeenOnline = false;
  #toldMs: number | undefined;
  #isOver = false;
  /** Names each text, with a number: what is repeated after a loss is done once. */
  readonly #keyPrefix: string;
  #keys = 0;
  readonly request: Desk['request'];

  constructor(host: ClientHost, options: ClientOptions) {
    this.host = host;
    this.#options = options;
    this.#isPerson = options.interactive && options.plain !== true;
    this.#keyPrefix = host.secret();
    this.#web = new WebClientSession({
      dial: () => this.#dial(),
      write: (line) => this.#connection?.write(line),
      abort: () => (this.#isOver ? this.#connection?.end() : this.#connection?.abort()),
      after: (ms, then) => host.after(ms, then),
      // A letter of 64, the first of many that are as good as chance.
      random: () => (host.secret().charCodeAt(0) % 32) / 32,
      keep: (message, done) => this.#keep(message, done),
      notified: (notice) => this.#notified(notice),
      changed: (state) => this.#changed(state),
    });
    this.request = (body, done) => this.#web.request(body, done);
    this.#catchUp = new CatchUp({
      request: (body, done) => this.#web.request(body, done),
      show: (said) => {
        host.show(shownSaid(said));
        this.#marks.shown({ kind: 'room', name: said.room }, said.serial);
      },
    });
    this.#marks = new Marks((ms, then) => host.after(ms, then), this.request);
    const { path } = options.target;
    this.#place = path === '' ? undefined : placeOf(path);
    if (this.#place?.kind === 'room') this.#joined.add(this.#place.name);
    this.#enter();
  }

  #enter(): void {
    const { user, secret } = this.#options.target;
    if (user === undefined) {
      this.host.show(note(`Say who you are: https://NAME@HOST, or ${this.host.hint('user')}`));
      return this.#exit('usage');
    }
    const token = secret ?? this.host.keys.of(user);
    if (token === undefined) {
      this.host.show(note(noSecret(user)));
      return this.#exit('not-allowed');
    }
    this.#web.enter(user, token);
  }

  // ---- the user

  get place(): Place | undefined {
    return this.#place;
  }
  set place(place: Place | undefined) {
    this.#place = place;
    this.#prompt();
  }

  typed(line: string, done: Done): void {
    if (this.#isOver) return done('done');
    // What only a server can answer waits until there is one.
    const run = (): void => obey(this, line, done);
    if (this.#isBack || /^\/(help|quit)\s*$/i.test(line)) run();
    else this.#early.push({ run, done });
  }

  complete(before: string): readonly string[] {
    return completions(before, this.#names, this.#rooms);
  }

  leave(): void {
    if (this.#isOver) return;
    this.#exit('done');
    this.#web.leave();
  }

  say({ kind, name }: Place, text: string, done: Done): void {
    const key = `${this.#keyPrefix}-${++this.#keys}`;
    const to = typedForm({ kind, name });
    const refused = (why: string): void => {
      if (why === 'unreachable') return done('unreachable');
      this.host.show(result({ type: 'refused', to, why }, `${to}: ${wordsFor(why)}`));
      done(endingOf(why));
    };
    if (kind === 'room') {
      this.#web.requestReliably({ do: 'say', room: name, text, key }, (outcome) => {
        if (!outcome.ok) {
          // It was repeated before the user was back.
          const isEarly = outcome.why === 'not-member' && !this.#isBack && this.#joined.has(name);
          if (!isEarly) return refused(outcome.why);
          return void this.#early.push({ run: () => this.say({ kind, name }, text, done), done });
        }
        this.#catchUp.know(name, outcome.value.serial);
        this.#sent({ type: 'sent', to, ...outcome.value });
        done('done');
      });
      return;
    }
    this.#web.requestReliably({ do: 'send', to: name, text, key }, (outcome) => {
      if (!outcome.ok) return refused(outcome.why);
      this.#names.add(name);
      const { id, waiting } = outcome.value;
      const json = { type: 'sent', to, ...outcome.value, id: String(id) };
      this.#sent(json, waiting && `message ${id} waits for ${to}`);
      done('done');
    });
  }

  /** A person sees what they have typed; a program is told. */
  #sent(json: Readonly<Record<string, unknown>>, line: string | false = false): void {
    this.host.show(result(json, ...(line === false ? [] : [line])));
  }

  entered(room: string): void {
    this.#joined.add(room);
    this.#rooms.add(room);
    this.place = { kind: 'room', name: room };
  }

  left(room: string): void {
    this.#joined.delete(room);
    if (this.#place?.kind === 'room' && this.#place.name === room) this.place = undefined;
  }

  learn(kind: 'names' | 'rooms', names: Iterable<string>): void {
    const known = kind === 'names' ? this.#names : this.#rooms;
    for (const name of names) known.add(name);
  }

  // ---- the server

  #dial(): void {
    this.host.dial((connection) => {
      this.#connection = connection;
      const isCurrent = (): boolean => this.#connection === connection;
      return {
        opened: () => this.#web.opened(),
        takeNext: (inbox) => this.#web.takeNext(inbox),
        ended: () => connection.end(),
        lost: () => {
          if (!isCurrent()) return;
          this.#connection = undefined;
          this.#web.lost();
        },
      };
    });
  }

  #changed(state: WebClientState): void {
    if (this.#isOver) return;
    switch (state.is) {
      case 'online':
        return this.#online();
      case 'waiting':
        return this.#lost(state.ms);
      case 'rejected': {
        const { user = '' } = this.#options.target;
        this.host.show(note(loginRefusal(user, state.why)));
        return this.#exit(endingOf(state.why));
      }
      case 'idle':
      case 'dialling':
      case 'logging-in':
    }
  }

  #lost(ms: number): void {
    this.#isBack = false;
    const { target, once } = this.#options;
    if (!this.#hasBeenOnline || once === true) {
      const { host, port } = target;
      this.host.show(note(`No connection to the server ${host}:${port}.`));
      return this.#exit('unreachable');
    }
    const pause = Math.ceil(ms / 1000);
    if (this.#toldMs === undefined)
      this.host.show(note(`The server is gone; trying again in ${pause} s, and on.`));
    this.#toldMs = ms;
  }

  #online(): void {
    const isFirst = !this.#hasBeenOnline;
    this.#hasBeenOnline = true;
    if (isFirst) this.#greet();
    else if (this.#toldMs !== undefined) this.host.show(note('Connected again.'));
    this.#toldMs = undefined;
    this.#prompt();
    this.#catchUp.hold();
    // What was missed is asked for when nothing more can be: once the user is back in all rooms.
    let left = this.#joined.size;
    const isBack = (): void => {
      if (--left === 0) this.#askMissed(isFirst);
    };
    if (left === 0) this.#askMissed(isFirst);
    for (const room of this.#joined) this.#comeIn(room, isFirst, isBack);
  }

  #askMissed(isFirst: boolean): void {
    this.#isBack = true;
    for (const { run } of this.#early.splice(0)) run();
    const limit = limits.history.pageConversations;
    this.#web.request({ do: 'conversations', limit }, (outcome) => {
      if (!outcome.ok && outcome.why === 'unreachable') return;
      this.#caught(outcome.ok ? outcome.value.conversations : [], isFirst);
    });
  }

  /** What the user has not read is counted at first, and shown when they come back. */
  #caught(listed: ReplyOf<'conversations'>['conversations'], isFirst: boolean): void {
    for (const { kind, name } of listed) (kind === 'private' ? this.#names : this.#rooms).add(name);
    const groups = listed.filter(({ kind }) => kind === 'group');
    if (!isFirst) {
      return this.#catchUp.begin(new Set([...groups.map(({ name }) => name), ...this.#joined]));
    }
    for (const { kind, name, newest } of listed)
      if (kind !== 'private') this.#catchUp.know(name, newest);
    this.#catchUp.begin([]);
    if (this.#isPerson) this.host.after(limits.page.markMs, () => this.#tellUnread(listed));
  }

  /** Not what has come meanwhile, because it waited for the user. */
  #tellUnread(listed: ReplyOf<'conversations'>['conversations']): void {
    const counts = listed.flatMap(({ kind, name, unread }) => {
      const place: Place = { kind: kind === 'private' ? 'person' : 'room', name };
      return unread === 0 || this.#marks.has(place) ? [] : [`${typedForm(place)} ${unread}`];
    });
    if (counts.length === 0 || this.#isOver) return;
    this.host.show(note(`Unread: ${counts.join(', ')}. /history NAME shows it.`));
  }

  /**
   * Goes into a room, also back into one that the server has lost with its memory. `done` is not called where the
   * connection is lost again.
   */
  #comeIn(room: string, isFirst: boolean, done: () => void): void {
    this.#web.request({ do: 'join', room }, (outcome) => {
      if (outcome.ok) return done();
      if (outcome.why === 'unreachable') return;
      if (!isFirst && outcome.why === 'unknown-room') return this.#makeAgain(room, done);
      // A group needs no coming in.
      this.#joined.delete(room);
      this.#web.request({ do: 'group-list' }, (listed) => {
        if (!listed.ok && listed.why === 'unreachable') return;
        const isGroup = listed.ok && listed.value.groups.some(({ name }) => name === room);
        if (!isGroup) this.#isOut(room, outcome.why);
        done();
      });
    });
  }

  /** Somebody else who comes back may have made it meanwhile. */
  #makeAgain(room: string, done: () => void): void {
    this.#web.request({ do: 'create', room }, () =>
      this.#web.request({ do: 'join', room }, (outcome) => {
        if (!outcome.ok && outcome.why === 'unreachable') return;
        if (!outcome.ok) this.#isOut(room, outcome.why);
        done();
      }),
    );
  }

  #isOut(room: string, why: string): void {
    this.host.show(note(`#${room}: ${wordsFor(why)}`));
    this.left(room);
  }

  #keep(message: PrivateMessage, done: () => void): void {
    const { serial, from } = message;
    if (this.#shown.has(serial)) return done();
    this.#shown.add(serial);
    this.#names.add(from);
    this.#marks.shown({ kind: 'person', name: from }, serial);
    const handed = this.host.hand(shownMessage(message));
    if (handed === undefined) return done();
    void this.#confirm(handed, serial, done);
  }

  async #confirm(handed: Promise<boolean>, serial: number, done: () => void): Promise<void> {
    if (await handed) done();
    else this.#shown.delete(serial);
  }

  #notified(notice: ServerNotice): void {
    if (notice.is === 'said') {
      this.#names.add(notice.from);
      return this.#catchUp.said(notice);
    }
    if (notice.is === 'joined') this.#names.add(notice.name);
    if (notice.is === 'kicked' && notice.name === this.#options.target.user) this.left(notice.room);
    const shown = shownNotice(notice);
    if (shown) this.host.show(shown);
  }

  // ---- inside

  #greet(): void {
    if (!this.#isPerson) return;
    const { user } = this.#options.target;
    const how = this.#place ? '' : ' /msg NAME TEXT writes to somebody, /join ROOM enters a room;';
    this.host.show(note(`You are ${user}.${how} /help shows the rest.`));
  }

  #prompt(): void {
    const place = this.#place;
    this.host.prompt(`${place ? typedForm(place) : (this.#options.target.user ?? '')}> `);
  }

  #exit(ending: Ending): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const { done } of this.#early.splice(0)) done(ending);
    this.host.exit(ending);
  }
}
