// The words of the chat: names, addresses, messages, refusals, and the events that a user can be told.
// long because every event that a user can be told stands here.

import { isVisible } from './bytes/visible';
import { limits } from './limits';

/** Success with a value, or a refusal that says why. Refusals are values, never exceptions. */
export type Result<T, R extends string> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: R };

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
export const refused = <R extends string>(why: R): { readonly ok: false; readonly why: R } => ({
  ok: false,
  why,
});

declare const branded: unique symbol;
type Branded<T, B extends string> = T & { readonly [branded]: B };

/** A user's name, the same at every door. Made by `nameOf` or `numberedName` only. */
export type Name = Branded<string, 'Name'>;
/** The name of a room or a group. Made by `roomNameOf` only. */
export type RoomName = Branded<string, 'RoomName'>;
/** One life of one connection, unique over all machines and restarts. */
export type SessionId = Branded<string, 'SessionId'>;
/** The one a message is for: an account (whatever its name and wherever its user is) or one guest's stay. */
export type RecipientId = Branded<string, 'RecipientId'>;
/** The lower-case hexadecimal SHA-256 of a stored file. */
export type FileHash = Branded<string, 'FileHash'>;

/** An IP address as text (IPv4 mapped into IPv6 stands as IPv4) and a TCP port, 0 to 65535. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The hub's number of a credential: never used twice. */
export type CredentialId = Branded<number, 'CredentialId'>;

/**
 * What an account's owner can show. `key`: 256 random bits in base64url. `password`: what they chose. `recovery`: a code
 * that is good once.
 */
export type CredentialKind = 'key' | 'password' | 'recovery';

/** That somebody has shown an account's credential: which one, and whose. It goes where the secret never does. */
export interface Proof {
  readonly account: Name;
  readonly credential: CredentialId;
}

/**
 * Who does something: a live connection, or an account that a request names (mailbox has no sessions), with the
 * credential that was proved where the request shows one.
 */
export type Actor =
  { readonly session: SessionId } | { readonly account: Name; readonly credential?: CredentialId };

/** A credential as its owner sees it. Times are in seconds since 1970. */
export interface CredentialInfo {
  readonly id: CredentialId;
  readonly kind: CredentialKind;
  /** What its owner calls it; empty where it has no name. */
  readonly label: string;
  readonly madeAt: number;
  /** About when it was last shown: within `limits.credentials.usedMs`. Undefined: never. */
  readonly usedAt?: number;
}

/** A file kept by the server: what it holds, how many bytes, and the base name its sender gave. */
export interface FileRef {
  readonly hash: FileHash;
  readonly size: number;
  readonly name: string;
}

/** A private message, from the moment it is accepted until it is settled. */
export interface Direct {
  readonly is: 'direct';
  /** Unique over the life of the server; `(from, id)` is not, since ids start again with a registration. */
  readonly serial: number;
  /** The sender's own count, 1 to 4294967295, then 1 again (source 000, 6.5). */
  readonly id: number;
  readonly from: Name;
  readonly to: Name;
  readonly text: string;
  /** The bytes as they came, only where the text does not say all of them, as where they are not UTF-8; for peers of `origin`. */
  readonly raw?: Uint8Array;
  readonly file?: FileRef;
  /** The base name of a file that the sender keeps, and hands out by itself to whom asks it at its address. */
  readonly fileAtSender?: string;
  /** A number the sender's dialect gave the message; means something only to peers of `origin`. */
  readonly reference?: number;
  /** The serial of what it answers. */
  readonly reply?: number;
  /** The dialect it came in by. */
  readonly origin: string;
  /** When it was accepted, in seconds since 1970. */
  readonly at: number;
}

/** What became of a private message, told to its sender if the sender is connected. */
export interface Receipt {
  readonly is: 'receipt';
  readonly id: number;
  /** The recipient, who got it or did not. */
  readonly by: Name;
  readonly status: 'delivered' | 'failed';
  /** `gone`: it failed because the recipient is gone. Without it, the recipient refused it. */
  readonly why?: 'gone';
  /** The base name of the file that came with it. */
  readonly file?: string;
  readonly reference?: number;
}

/** Something said aloud in a room. Told to every other member who hears the room. */
export interface Said {
  readonly is: 'said';
  /** Its place in the history of the room, where that is kept. */
  readonly serial?: number;
  readonly room: RoomName;
  readonly from: Name;
  readonly text: string;
  /** The bytes as they came, only where the text does not say all of them, as where they are not UTF-8; for peers of `origin`. */
  readonly raw?: Uint8Array;
  readonly reference?: number;
  /** The serial of what it answers. */
  readonly reply?: number;
  readonly origin: string;
  readonly at: number;
}

/** A user came into a room or left it. Told to the other members. */
export interface MembershipChange {
  readonly is: 'joined' | 'left';
  readonly room: RoomName;
  readonly name: Name;
  /** The dialect of the user who came or left. */
  readonly origin: string;
}

/** A group's creator invites a user. */
export interface Invited {
  readonly is: 'invited';
  readonly room: RoomName;
  readonly by: Name;
  /** The dialect of the user who invites. */
  readonly origin: string;
}

/** The user got money, in whole dollars. */
export interface Paid {
  readonly is: 'paid';
  readonly from: Name;
  /** The dialect of the user who paid. */
  readonly origin: string;
  readonly amount: number;
}

/** Another session of the user's own account has sent this. */
export interface SentElsewhere {
  readonly is: 'sent';
  readonly message: Direct;
}

/** Something that was said is changed: by its author, or, with a mark, by anybody who can read it. */
export interface Changed {
  readonly is: 'changed';
  readonly conversation: number;
  readonly serial: number;
  readonly what: 'edited' | 'deleted' | 'reacted';
  readonly by: Name;
  /** Where it was said; without it, it is private. */
  readonly room?: RoomName;
  /** The new text. */
  readonly text?: string;
  /** The reaction, and whether it was put there or taken back. */
  readonly mark?: string;
  readonly on?: boolean;
  /** The dialect of the one who changed it. */
  readonly origin: string;
  /** When, in ms since 1970. */
  readonly at: number;
}

/** The user has read a conversation up to a serial, on another device. */
export interface ReadElsewhere {
  readonly is: 'read';
  readonly conversation: number;
  readonly seen: number;
}

/** A member of a group has what was said there up to a serial. Told to those who said it. */
export interface GotMark {
  readonly is: 'got';
  readonly conversation: number;
  readonly by: Name;
  readonly got: number;
}

/** A user is here now, or is no longer. Told to the sessions that watch (see `watch`). */
export interface Presence {
  readonly is: 'presence';
  readonly name: Name;
  readonly here: boolean;
}

/**
 * What one session tells another of its own dialect (relay: stop, show the users who are here). The hub passes it on
 * and knows nothing of its meaning; it reaches sessions of `origin` only.
 */
export interface Signal {
  readonly is: 'signal';
  readonly signal: string;
  readonly from: Name;
  /** Numbers whose meaning is the dialect's own. */
  readonly numbers: readonly number[];
  readonly origin: string;
  readonly at: number;
}

/** Why a file that was offered did not come over. */
export type OfferFailure = 'cancelled' | 'gone' | 'no-space' | 'broken';

/**
 * A step of a file offer, told to the other side. `offered` and `stored` come to a recipient: decide, and fetch.
 * `accepted`, `rejected` and `done` come to the offering session; so does `stored`; `failed` comes to both.
 */
export interface OfferStep {
  readonly is: 'offer';
  readonly step: 'offered' | 'accepted' | 'rejected' | 'stored' | 'done' | 'failed';
  readonly offer: number;
  /** The user who took the step. */
  readonly by: Name;
  /** The file that is offered. `hash`: once it is stored. */
  readonly file: { readonly name: string; readonly size: number; readonly hash?: FileHash };
  readonly why?: OfferFailure;
  /** The dialect of the user who offers. */
  readonly origin: string;
}

/** Somebody was put out of a room. Told to them, and to the other members. */
export interface Kicked {
  readonly is: 'kicked';
  readonly room: RoomName;
  readonly name: Name;
  /** Told to who was put out. */
  readonly you?: true;
  /** Who did it; absent where it was the server's operator. */
  readonly by?: Name;
  /** One line; empty where none was given. */
  readonly reason: string;
  /** The dialect of who did it. */
  readonly origin: string;
}

/** A room has another topic. Told to its members, and to who comes in. */
export interface Topic {
  readonly is: 'topic';
  readonly room: RoomName;
  /** One line; empty: none any more. */
  readonly topic: string;
  readonly by?: Name;
  readonly origin: string;
  readonly at: number;
}

/**
 * What a person may do in a room has changed. Told to its members, and to whom it concerns. `creator`: the room was handed over
 * to them.
 */
export interface RoomStanding {
  readonly is: 'standing';
  readonly room: RoomName;
  /** A name, or the mask of a ban. */
  readonly name: Name;
  readonly change:
    'muted' | 'unmuted' | 'banned' | 'unbanned' | 'operator' | 'voice' | 'none' | 'creator';
  /** Told to whom it concerns. */
  readonly you?: true;
  readonly by?: Name;
  readonly reason: string;
  /** Seconds since 1970; absent: until it is undone. */
  readonly until?: number;
  readonly origin: string;
}

/** A user may not speak anywhere, or may again. Told to them. */
export interface Muted {
  readonly is: 'muted';
  readonly muted: boolean;
  readonly reason: string;
  /** Seconds since 1970; absent: until it is undone. */
  readonly until?: number;
}

/** What the server's operator or an admin tells everybody who is here. */
export interface Announced {
  readonly is: 'announced';
  readonly text: string;
  readonly at: number;
}

/** Why a user's connection ends. */
export interface Removed {
  readonly why: 'kicked' | 'banned' | 'deleted' | 'renamed';
  /** One line; empty where none was given. */
  readonly reason: string;
  /** Of a ban, in seconds since 1970; absent: until it is undone. */
  readonly until?: number;
  /** The new name of the account. */
  readonly name?: Name;
}

/** What can be told to an outlet without an answer being owed. */
export type Notice =
  | Receipt
  | Said
  | MembershipChange
  | Invited
  | Paid
  | Presence
  | SentElsewhere
  | Changed
  | ReadElsewhere
  | GotMark
  | Signal
  | OfferStep
  | Kicked
  | Topic
  | RoomStanding
  | Muted
  | Announced;

/** Everything an outlet can be told. */
export type ChatEvent = Direct | Notice;

/** A conversation that a user asks for: with a person, in a room or group, or one that a list has named by its number. */
export type ConversationRef =
  { readonly with: Name } | { readonly room: RoomName } | { readonly conversation: number };

/** A conversation as one who may read it sees it. */
export interface Conversation {
  readonly conversation: number;
  readonly kind: 'private' | 'group' | 'room';
  /** Of the other person, the group or the room. */
  readonly name: string;
}

/** One thing that was said, as the history has it. */
export interface HistoryEntry {
  /** Grows with time over all conversations, and is never given twice. */
  readonly serial: number;
  /** Ms since 1970. */
  readonly at: number;
  readonly from: Name;
  /** The one who asks has said it. */
  readonly own: boolean;
  readonly text: string;
  /** The dialect by which it came in. */
  readonly origin: string;
  /** The sender's own number of a private message. */
  readonly id?: number;
  readonly file?: { readonly name: string; readonly size: number };
  /** The serial of what it answers. */
  readonly reply?: number;
  /** When its author changed it, or took it back (it has no text then), in ms. */
  readonly edited?: number;
  readonly deleted?: number;
  readonly reactions?: readonly Reaction[];
}

/** What some have put to an entry: the first of them by name, and how many they are. */
export interface Reaction {
  readonly mark: string;
  readonly by: readonly Name[];
  readonly count: number;
  /** The one who asks is one of them. */
  readonly own: boolean;
}

/** A user who can be reached right now, as every list of users shows them. */
export interface User {
  readonly name: Name;
  readonly kind: 'account' | 'guest';
  /** The dialect by which they came in. */
  readonly dialect: string;
  readonly address: Address;
  /** The user's program listens at `address`, and hands out there the files that it has sent. */
  readonly servesFiles?: true;
}

const utf8 = new TextEncoder();
/** What most names are: visible ASCII, which needs no further look. */
const plain = /^[!-~]+$/;

/**
 * The name that a peer's text stands for, or undefined where it is none: 1 to 255 bytes of UTF-8, all of it visible, no
 * white space at its ends, no mark without a letter and no `#` (those are the relay's numbers) at its start, whatever
 * their form. Composed (NFC), so that two spellings of one look are one name.
 */
export function nameOf(text: string): Name | undefined {
  if (text.length === 0 || text.length > limits.hub.nameBytes || text.startsWith('#'))
    return undefined;
  if (plain.test(text)) return text as Name;
  if (text.trim() !== text || /^\p{M}/u.test(text) || !isVisible(text)) return undefined;
  if (text.normalize('NFKC').startsWith('#')) return undefined;
  const name = text.normalize('NFC');
  return utf8.encode(name).length > limits.hub.nameBytes ? undefined : (name as Name);
}

/** The name of a numbered peer: `#7`. No other door can ask for one (`nameOf` refuses `#`). */
export const numberedName = (number: number): Name => `#${number}` as Name;

/** The number of a numbered name, or undefined for any other. */
export function numberOf(name: Name): number | undefined {
  return /^#\d{1,5}$/.test(name) ? Number(name.slice(1)) : undefined;
}

/** The recipient that a peer's text names: a name, or a number of the relay's (`#7`); undefined where it is neither. */
export function recipientNameOf(text: string): Name | undefined {
  const number = /^#(\d{1,5})$/.exec(text)?.[1];
  return number === undefined ? nameOf(text) : numberedName(Number(number));
}

/** A room's name: 1 to 64 bytes of UTF-8, all of it visible, no white space (source 003, part 1, splits words at it). */
export function roomNameOf(text: string): RoomName | undefined {
  if (
    text.length === 0 ||
    text.length > limits.hub.roomNameBytes ||
    /^\p{M}|\s/u.test(text) ||
    !isVisible(text)
  ) {
    return undefined;
  }
  const name = text.normalize('NFC');
  return utf8.encode(name).length > limits.hub.roomNameBytes ? undefined : (name as RoomName);
}
