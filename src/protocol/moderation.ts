// What moderators ask for: acts on people and on rooms, and lists; one vocabulary for every door and the command line.

import type { Name, RoomName, SessionId } from './model';

/** What an account may do, each more than the one before: an owner also gives roles and acts on admins. */
export const roles = ['member', 'admin', 'owner'] as const;
export type Role = (typeof roles)[number];

/**
 * Who moderates: a session of an account that has a role, or the operator, who reached the socket in the data folder
 * and may do everything.
 */
export type Moderator = { readonly session: SessionId } | { readonly operator: true };

/** Whom a ban keeps out: a name and what looks like it, or a network (`192.0.2.0/24`; an IPv6 address stands for its /64). */
export type BanTarget = { readonly name: Name } | { readonly network: string };

/** Why, in one line that people read, and until when, in seconds since 1970; without `until`: until it is undone. */
interface Grounds {
  readonly reason: string;
  readonly until?: number;
}

/** What a member may do in a room beside speaking: an operator moderates it, a voice is a mark of honour. */
export const ranks = ['operator', 'voice', 'none'] as const;
export type Rank = (typeof ranks)[number];

/**
 * An act on one room or group. Its creator may do all of them, its operators all but `hand-over` and what touches the creator, and
 * an admin all of them in every room. `mask`: a name in which `*` stands for anything and `?` for one character.
 */
export type RoomAct =
  | { readonly do: 'kick'; readonly name: Name; readonly reason: string }
  | ({ readonly do: 'ban'; readonly mask: Name } & Grounds)
  | { readonly do: 'unban'; readonly mask: Name }
  | ({ readonly do: 'mute'; readonly name: Name } & Grounds)
  | { readonly do: 'unmute'; readonly name: Name }
  | { readonly do: 'rank'; readonly name: Name; readonly rank: Rank }
  /** Empty: none. */
  | { readonly do: 'topic'; readonly topic: string }
  | { readonly do: 'hand-over'; readonly to: Name };

/** An act on the server, by somebody with a role. */
export type ModerationAct =
  /** Ends every session of a user, or one. They may come back. */
  | {
      readonly do: 'kick';
      readonly who: { readonly name: Name } | { readonly session: SessionId };
      readonly reason: string;
    }
  | ({ readonly do: 'ban'; readonly whom: BanTarget } & Grounds)
  | { readonly do: 'unban'; readonly whom: BanTarget }
  | ({ readonly do: 'mute'; readonly name: Name } & Grounds)
  | { readonly do: 'unmute'; readonly name: Name }
  | { readonly do: 'rename'; readonly account: Name; readonly name: Name }
  /** Erases an account and all that waits for it. */
  | { readonly do: 'delete'; readonly account: Name; readonly reason: string }
  | { readonly do: 'role'; readonly account: Name; readonly role: Role }
  | { readonly do: 'room'; readonly room: RoomName; readonly act: RoomAct }
  /** Puts everybody out of a room or group, and erases it unless its name is reserved. */
  | { readonly do: 'room-clear'; readonly room: RoomName; readonly reason: string }
  /** Erases one file that waits, or all that wait for an account. */
  | {
      readonly do: 'files-clear';
      readonly of: { readonly serial: number } | { readonly account: Name };
    }
  /** Tells everybody who is here. */
  | { readonly do: 'announce'; readonly text: string }
  /** All credentials of an account go, and one recovery code takes their place: `hash` is its SHA-256. */
  | { readonly do: 'credentials-reset'; readonly account: Name; readonly hash: string }
  /** A code with which somebody may register once; `hash` as above, `endsAt` in seconds since 1970. */
  | {
      readonly do: 'invite';
      readonly hash: string;
      readonly label: string;
      readonly endsAt: number;
    }
  | { readonly do: 'invite-revoke'; readonly id: number };

/** Why a moderator's act is refused. `oneself`: it would keep the moderator out. */
export type ModerationRefusal =
  | 'not-allowed'
  | 'unknown-user'
  | 'unknown-room'
  | 'unknown-file'
  | 'unknown-invite'
  | 'not-member'
  | 'not-banned'
  | 'not-muted'
  | 'name-taken'
  | 'bad-name'
  | 'bad-network'
  | 'oneself'
  | 'too-many'
  | 'too-long';

/** Who may speak and lead in a room, its topic, and whom it keeps out. Times are in seconds since 1970. */
export interface RoomInfo {
  readonly room: RoomName;
  /** Absent: nobody's, or its creator is gone. */
  readonly creator?: Name;
  readonly topic?: { readonly text: string; readonly by: string; readonly at: number };
  readonly operators: readonly Name[];
  readonly voices: readonly Name[];
  readonly bans: readonly RoomRule[];
  readonly mutes: readonly RoomRule[];
}

/** One ban or mute of a room. */
export interface RoomRule extends Grounds {
  /** A name, or a mask. */
  readonly name: Name;
  /** Who made it; `` for the operator. */
  readonly by: string;
  readonly at: number;
}

/** What a moderator may list. */
export const listings = [
  'sessions',
  'accounts',
  'bans',
  'mutes',
  'rooms',
  'groups',
  'files',
  'invites',
  'audit',
] as const;
export type Listing = (typeof listings)[number];

/** One row of a list: words, numbers of things, and times in seconds since 1970 (`at`, `until`). Absent: there is none. */
export type ListedRow = Readonly<Record<string, string | number>>;
