// What a handler gets with each command, and the events by which the hub speaks to delivery.

import type { Command, OperationName, Outcome } from '../../protocol/commands';
import type {
  Address,
  Direct,
  FileHash,
  Name,
  Notice,
  RecipientId,
  RoomName,
  Said,
  SessionId,
} from '../../protocol/model';

/** An address that an account can be called at. */
export interface CallbackAddress {
  readonly recipient: RecipientId;
  /** Grows with every CONNECT, so that a late failure cannot undo a newer one. */
  readonly opened: number;
  readonly address: Address;
  readonly dialect: string;
  readonly machine: string;
  readonly wantsFiles: boolean;
}

/** Whom a notice is for. */
export type Audience =
  | { readonly recipient: RecipientId }
  | { readonly session: SessionId }
  | { readonly room: RoomName; readonly except: SessionId }
  | 'watchers';

/** What delivery is told after a command is committed. */
export type HubEvent =
  | { readonly is: 'direct'; readonly to: RecipientId; readonly message: Direct }
  | { readonly is: 'notice'; readonly to: Audience; readonly notice: Notice }
  | {
      readonly is: 'arrived';
      readonly session: SessionId;
      readonly recipient: RecipientId;
      readonly name: Name;
      readonly deaf: boolean;
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
  /** Perhaps nobody needs these bytes any more. */
  | { readonly is: 'file-released'; readonly hash: FileHash };

/** Something said aloud in a room. */
export type SaidEvent = Extract<HubEvent, { readonly is: 'notice' }> & {
  readonly to: Extract<Audience, { readonly room: RoomName }>;
  readonly notice: Said;
};

export const isSaid = (event: HubEvent): event is SaidEvent =>
  event.is === 'notice' &&
  event.notice.is === 'said' &&
  event.to !== 'watchers' &&
  'room' in event.to;

/** Whether one session says both in one room. */
export const isSaidWith = (one: SaidEvent, other: SaidEvent): boolean =>
  one.to.except === other.to.except && one.to.room === other.to.room;

/** One command's surroundings: its time, its events, and whether it wrote what must last. */
export class CommandContext {
  /** Hub time in milliseconds since 1970: never runs backwards. */
  readonly at: number;
  /** The command's place in the log: grows, and is never given to another command that lasts. */
  readonly position: number;
  readonly events: HubEvent[] = [];
  /** Set by whoever writes to the durable schema: its group advances the log's position. */
  isDurable = false;

  constructor(at: number, position: number) {
    this.at = at;
    this.position = position;
  }

  /** Hub time in seconds, as messages carry it. */
  get seconds(): number {
    return Math.floor(this.at / 1000);
  }

  emit(event: HubEvent): void {
    this.events.push(event);
  }

  notify(to: Audience, notice: Notice): void {
    this.events.push({ is: 'notice', to, notice });
  }
}

export type Handler<K extends OperationName> = (
  command: Command<K>,
  context: CommandContext,
) => Outcome<K>;
export type Handlers<K extends OperationName = OperationName> = { readonly [P in K]: Handler<P> };
