// A client that has come in, as those who carry out what it asks for see it.

import type { Host } from '../../dialect';
import type { RoomName } from '../../model';
import { folded, type Sigil } from '../wire/names';
import type { Answer, Out } from './answer';
import type { Door, Person } from './door';
import { sourceOf } from './door';

/** A room or group in which the client is. */
export interface Joined {
  readonly room: RoomName;
  readonly sigil: Sigil;
  /** Its name with the sign in front. */
  readonly channel: string;
  /** What the client was told of it when it came in is on its way, its topic too. */
  isEntering: boolean;
}

/** One client, from 001 on. */
export interface Client extends Out {
  readonly host: Host;
  readonly door: Door;
  readonly person: Person;
  /** By the folded name, without the sign in front. */
  readonly rooms: ReadonlyMap<string, Joined>;
  /** Folded nicks, and as they were given. */
  readonly monitored: Map<string, string>;
  has(capability: number): boolean;
  /** Whether it may change what others are told of it once more. */
  mayChange(): boolean;
  /** The room of exactly that name, where the client is in it. */
  inRoom(room: RoomName): Joined | undefined;
  join(joined: Joined): void;
  part(room: RoomName): void;
  /** Tells those at this door who share a room with the client and have a capability, each once. */
  tellNeighbours(body: string, capability: number): void;
  /** Ends our side with ERROR. */
  quit(reason: string): void;
}

/** Carries out one command. It says `answer.done()` once. */
export type Handler = (client: Client, answer: Answer, params: readonly string[]) => void;

export const sourceOfClient = ({ person }: Client): string => sourceOf(person);

export const channelText = ({ sigil, room }: Pick<Joined, 'sigil' | 'room'>): string =>
  `${sigil}${room}`;

/** The room of that name in which the client is. */
export const joinedAs = (client: Client, room: RoomName): Joined | undefined =>
  client.rooms.get(folded(room));

/** The targets of a command, each once. */
export const targetsOf = (list: string | undefined): string[] => [
  ...new Set((list ?? '').split(',').filter((target) => target !== '')),
];

/** Answers when all that was asked before has been answered. */
export function inOrder(client: Client, answer: Answer, say: () => void): void {
  client.host.inOrder(() => {
    say();
    answer.done();
  });
}

/** Something that everybody can be refused: `Please wait`, word for word what RPL_TRYAGAIN is for. */
export const tryAgain = (answer: Answer, command: string): Answer =>
  answer.numeric('263', [command], 'Please wait a while and try again.');

export const needsMore = (client: Client, answer: Answer, command: string): void =>
  inOrder(client, answer, () => answer.numeric('461', [command], 'Not enough parameters'));
