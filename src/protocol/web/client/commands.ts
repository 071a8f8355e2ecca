// What a user may type: a text for where they are, or a word behind a slash.
// long because it is the one table of those words, and what each of them asks.

import { nearest } from '../../bytes/nearest';
import type { ClientHost, Ending, Shown } from '../../client';
import { note } from '../../client_kit/note';
import { namesFor } from '../../client_kit/words';
import type { Result } from '../../model';
import type { ReplyOf, RequestBody, Verb } from '../wire/messages';
import { type Place, placeOf, typedForm } from './place';
import { result, shownHistory } from './render';
import { endingOf, wordsFor } from './words';

export type Done = (ending: Ending) => void;

/** The session, as far as a typed line needs it. */
export interface Desk {
  readonly host: Pick<ClientHost, 'show'>;
  /** Where a text goes. */
  place: Place | undefined;
  request<K extends Verb>(
    body: RequestBody<K>,
    done: (outcome: Result<ReplyOf<K>, string>) => void,
  ): void;
  /** Sends a text once, whatever happens to the connection. */
  say(place: Place, text: string, done: Done): void;
  entered(room: string): void;
  left(room: string): void;
  /** Names that a server has told, for completion. */
  learn(kind: 'names' | 'rooms', names: Iterable<string>): void;
  leave(): void;
}

interface Command {
  /** What stands behind the word, and what it does. */
  readonly usage: readonly [string, string];
  run(desk: Desk, rest: string, done: Done): void;
}

const plainResult = (type: string, text: string): Shown => result({ type, text }, text);

/** Shows why something was not done. */
function refuse(desk: Desk, what: string, why: string, done: Done): void {
  desk.host.show(result({ type: 'refused', what, why }, `${what}: ${wordsFor(why)}`));
  done(endingOf(why));
}

/** One request about a room or group, and a line for what became of it. */
const aboutRoom =
  (verb: 'group-accept' | 'group-decline' | 'group-create', became: string) =>
  (desk: Desk, rest: string, done: Done): void => {
    const group = roomIn(rest);
    if (group === '') return usage(desk, done);
    desk.request<typeof verb>({ do: verb, group }, (outcome) => {
      if (!outcome.ok) return refuse(desk, `#${group}`, outcome.why, done);
      desk.host.show(plainResult('done', `#${group}: ${became}`));
      done('done');
    });
  };

function usage(desk: Desk, done: Done): void {
  desk.host.show(note('A name is missing; /help shows what to type.'));
  done('usage');
}

/** A room as it may be typed, with its mark or without. */
const roomIn = (rest: string): string => placeOf(rest.trim()).name;

const commands: Readonly<Record<string, Command>> = {
  msg: {
    usage: ['NAME [TEXT]', 'write to a person, or to #ROOM; without a text: go on with them'],
    run(desk, rest, done) {
      const [, to = '', text = ''] = /^(\S*)\s?(.*)$/su.exec(rest.trimStart()) ?? [];
      if (to === '' || to === '#') return usage(desk, done);
      const place = placeOf(to);
      if (text.trim() !== '') return desk.say(place, text, done);
      desk.place = place;
      done('done');
    },
  },
  join: {
    usage: ['ROOM', 'go into a room or a group: what you type is said there'],
    run(desk, rest, done) {
      const room = roomIn(rest);
      if (room === '') return usage(desk, done);
      const isIn = (): void => {
        desk.entered(room);
        desk.host.show(plainResult('joined', `You are in #${room}.`));
        done('done');
      };
      desk.request({ do: 'join', room }, (outcome) => {
        if (outcome.ok) return isIn();
        desk.request({ do: 'group-list' }, (listed) => {
          const isGroup = listed.ok && listed.value.groups.some(({ name }) => name === room);
          if (!isGroup) return refuse(desk, `#${room}`, outcome.why, done);
          desk.place = { kind: 'room', name: room };
          done('done');
        });
      });
    },
  },
  create: {
    usage: ['ROOM', 'make a room, and go into it'],
    run(desk, rest, done) {
      const room = roomIn(rest);
      if (room === '') return usage(desk, done);
      desk.request({ do: 'create', room }, (outcome) => {
        if (!outcome.ok) return refuse(desk, `#${room}`, outcome.why, done);
        desk.request({ do: 'join', room }, (joined) => {
          if (!joined.ok) return refuse(desk, `#${room}`, joined.why, done);
          desk.entered(room);
          desk.host.show(plainResult('created', `You have made #${room}, and are in it.`));
          done('done');
        });
      });
    },
  },
  leave: {
    usage: ['[ROOM]', 'go out of a room'],
    run(desk, rest, done) {
      const room = rest.trim() === '' ? (desk.place?.name ?? '') : roomIn(rest);
      if (room === '') return usage(desk, done);
      desk.request({ do: 'leave', room }, (outcome) => {
        if (!outcome.ok) return refuse(desk, `#${room}`, outcome.why, done);
        desk.left(room);
        desk.host.show(plainResult('left', `You have left #${room}.`));
        done('done');
      });
    },
  },
  rooms: {
    usage: ['', 'the open rooms, and your groups'],
    run(desk, _, done) {
      desk.request({ do: 'rooms' }, (open) => {
        if (!open.ok) return refuse(desk, 'rooms', open.why, done);
        desk.request({ do: 'group-list' }, (mine) => {
          const { rooms } = open.value;
          const groups = mine.ok ? mine.value.groups : [];
          desk.learn('rooms', [...rooms, ...groups.map(({ name }) => name)]);
          const inGroups = groups.map(({ name, members }) => `#${name} (${members.join(', ')})`);
          const lines = [...rooms.map((room) => `#${room}`), ...inGroups];
          const none = lines.length === 0 ? ['there is none; /create NAME makes one'] : [];
          desk.host.show(result({ type: 'rooms', rooms, groups }, ...lines, ...none));
          done('done');
        });
      });
    },
  },
  users: {
    usage: ['', 'who is there'],
    run(desk, _, done) {
      desk.request({ do: 'users' }, (outcome) => {
        if (!outcome.ok) return refuse(desk, 'users', outcome.why, done);
        const { users, count } = outcome.value;
        desk.learn(
          'names',
          users.map(({ name }) => name),
        );
        const rest = count > users.length ? [`and ${count - users.length} more`] : [];
        const lines = users.map(({ name, kind }) => (kind === 'guest' ? `${name} (guest)` : name));
        desk.host.show(result({ type: 'users', users, count }, ...lines, ...rest));
        done('done');
      });
    },
  },
  history: {
    usage: ['[NAME|#ROOM]', 'what was said last, here or there'],
    run(desk, rest, done) {
      const place = rest.trim() === '' ? desk.place : placeOf(rest.trim());
      if (place === undefined) return usage(desk, done);
      const { kind, name } = place;
      const of = kind === 'room' ? { room: name } : { with: name };
      desk.request({ do: 'history', ...of }, (outcome) => {
        const where = typedForm(place);
        if (!outcome.ok) return refuse(desk, where, outcome.why, done);
        const { conversation, entries, more } = outcome.value;
        desk.host.show(shownHistory(where, entries, more));
        done('done');
        const seen = entries.at(-1)?.serial;
        if (conversation === undefined || seen === undefined) return;
        desk.request({ do: 'mark', conversation: conversation.conversation, seen }, () => {});
      });
    },
  },
  accept: {
    usage: ['GROUP', 'go into a group that somebody has invited you to'],
    run: aboutRoom('group-accept', 'you are in it'),
  },
  decline: {
    usage: ['GROUP', 'do not'],
    run: aboutRoom('group-decline', 'declined'),
  },
  group: {
    usage: ['NAME', 'make a group: by invitation only'],
    run: aboutRoom('group-create', 'it is yours; /invite NAME GROUP'),
  },
  invite: {
    usage: ['NAME GROUP', 'invite somebody'],
    run(desk, rest, done) {
      const [to = '', typed = ''] = rest.trim().split(/\s+/u);
      const group = roomIn(typed);
      if (to === '' || group === '') return usage(desk, done);
      desk.request({ do: 'group-invite', group, to }, (outcome) => {
        if (!outcome.ok) return refuse(desk, to, outcome.why, done);
        desk.host.show(plainResult('done', `${to} is invited to #${group}.`));
        done('done');
      });
    },
  },
  help: {
    usage: ['', 'this page'],
    run(desk, _, done) {
      desk.host.show(result({ type: 'help', lines: helpLines }, ...helpLines));
      done('done');
    },
  },
  quit: {
    usage: ['', 'end; so do Ctrl-C and Ctrl-D'],
    run(desk, _, done) {
      done('done');
      desk.leave();
    },
  },
};

const words = Object.keys(commands);
const column = 24;
const helpLines = [
  `${'TEXT'.padEnd(column)}said where the prompt says; // begins one with a slash`,
  ...Object.entries(commands).map(
    ([
      word,
      {
        usage: [rest, what],
      },
    ]) => `${`/${word} ${rest}`.padEnd(column)}${what}`,
  ),
];

/** Does what a line asks for. */
export function obey(desk: Desk, line: string, done: Done): void {
  const [, word, rest = ''] = /^\/([^/\s]\S*)(?:\s+(.*))?$/su.exec(line) ?? [];
  if (word === undefined) return speak(desk, line.replace(/^\/\//, '/'), done);
  const name = word.toLowerCase();
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command) return command.run(desk, rest, done);
  const meant = nearest(name, words);
  const hint = meant === undefined ? '' : ` did you mean /${meant}?`;
  desk.host.show(note(`/${word} is no command;${hint} /help shows them all.`));
  done('usage');
}

function speak(desk: Desk, text: string, done: Done): void {
  if (text.trim() === '') return done('done');
  if (desk.place !== undefined) return desk.say(desk.place, text, done);
  desk.host.show(note('To whom? /msg NAME TEXT writes to a person, /join ROOM enters a room.'));
  done('usage');
}

/** What may complete the last word before the cursor. */
export function completions(
  before: string,
  names: ReadonlySet<string>,
  rooms: ReadonlySet<string>,
): readonly string[] {
  if (/^\/\S*$/.test(before)) return words.map((word) => `/${word}`);
  const marked = [...rooms].map((room) => `#${room}`);
  if (/^\/(msg|history)\s+\S*$/i.test(before)) return [...names, ...marked];
  if (/^\/(join|leave|accept|decline)\s+\S*$/i.test(before)) {
    return /#\S*$/.test(before) ? marked : [...rooms];
  }
  return namesFor(before, names);
}
