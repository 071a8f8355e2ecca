// The events by which the hub tells delivery what has happened.

import type {
  Address,
  Direct,
  FileHash,
  Name,
  Notice,
  RecipientId,
  Removed,
  RoomName,
  Said,
  SessionId,
} from '../../protocol/model';

/** An address at which an account can be called. */
export interface CallbackAddress {
  readonly recipient: RecipientId;
  /** Grows with every CONNECT, so that a late failure cannot undo a newer one. */
  readonly opened: number;
  readonly address: Address;
  readonly dialect: string;
  readonly machine: string;
  readonly wantsFiles: boolean;
  /** The program has asked for files by a word that only ours knows. */
  readonly isOurs: boolean;
}

/** The outlets that a notice is for. */
export type Audience =
  | {
      readonly recipient: RecipientId;
      /** Not to this session of the recipient's. */
      readonly except?: SessionId;
    }
  | { readonly session: SessionId }
  /** A connection without a user, which brings a file. */
  | { readonly carrier: SessionId }
  | {
      readonly room: RoomName;
      readonly except: SessionId;
      /** Told in other words. */
      readonly others?: ReadonlySet<SessionId>;
    }
  | 'watchers'
  | 'everybody';

/** One thing that happened by a command; told when the command is committed. */
export type HubEvent =
  | { readonly is: 'direct'; readonly to: RecipientId; readonly message: Direct }
  | {
      readonly is: 'notice';
      readonly to: Audience;
      readonly notice: Notice;
      /** What was said in a room is to be written down: by whom (history.ts), and when, in ms. */
      readonly kept?: { readonly author: number; readonly at: number };
    }
  | {
      readonly is: 'arrived';
      readonly session: SessionId;
      readonly recipient: RecipientId;
      readonly name: Name;
      readonly deaf: boolean;
    }
  /** The user of a session that has departed was put out: the machine that holds the connection says so and ends it. */
  | { readonly is: 'expelled'; readonly session: SessionId; readonly removed: Removed }
  /** Who is connected from a network goes, with a user or without one. */
  | { readonly is: 'network-banned'; readonly network: string; readonly removed: Removed }
  /** Whom a session's user blocks, as names are looked up: what those say in rooms is not told there. */
  | {
      readonly is: 'blocks';
      readonly session: SessionId;
      readonly keys: ReadonlySet<string>;
    }
  | { readonly is: 'departed'; readonly session: SessionId; readonly recipient: RecipientId }
  | { readonly is: 'address'; readonly at: CallbackAddress }
  | { readonly is: 'address-gone'; readonly recipient: RecipientId; readonly opened: number }
  /** The recipient exists no more: whatever is queued for it is void. */
  | { readonly is: 'forgotten'; readonly recipient: RecipientId }
  | {
      readonly is: 'room-in';
      readonly room: RoomName;
      readonly session: SessionId;
      readonly mute: boolean;
    }
  | { readonly is: 'room-out'; readonly room: RoomName; readonly session: SessionId }
  | { readonly is: 'watching'; readonly session: SessionId }
  /** Perhaps nothing needs these bytes any more. */
  | { readonly is: 'file-released'; readonly hash: FileHash };

/** Something said aloud in a room. */
export type SaidEvent = Extract<HubEvent, { readonly is: 'notice' }> & {
  readonly to: Extract<Audience, { readonly room: RoomName }>;
  readonly notice: Said;
};

export const isSaid = (event: HubEvent): event is SaidEvent =>
  event.is === 'notice' &&
  event.notice.is === 'said' &&
  typeof event.to === 'object' &&
  'room' in event.to;

/** Whether one session says both in one room. */
export const isSaidWith = (one: SaidEvent, other: SaidEvent): boolean =>
  one.to.except === other.to.except && one.to.room === other.to.room;
