// The history: what is said in each conversation is written down beside its delivery, which knows nothing of it.

import { limits } from '../../../protocol/limits';
import type { Direct, RecipientId, RoomName } from '../../../protocol/model';
import type { CommandContext } from '../context';
import { accountOf } from '../names';
import type { Store } from '../store';
import {
  type ConversationRow,
  Conversations,
  groupKey,
  privateKey,
  roomKey,
  type Side,
} from './conversations';
import { Entries } from './entries';
import { HistorySettings } from './history_settings';
import { Marks } from './marks';
import type { ActingUser } from './users';

/** All guests count as one author, since none of them lasts. */
export const guests = 0;

export class History {
  readonly settings: HistorySettings;
  readonly conversations: Conversations;
  readonly entries: Entries;
  readonly marks: Marks;
  readonly #overShare;
  /** Authors who have used up what one may. Read once for all that is said between two slices of the index. */
  #full: ReadonlySet<number> | undefined;

  constructor(db: Store) {
    this.settings = new HistorySettings(db);
    this.conversations = new Conversations(db);
    this.entries = new Entries(db);
    this.marks = new Marks(db);
    this.#overShare = db.prepare<{ author: number }, [number]>(
      'SELECT author FROM history_share WHERE bytes > +?',
    );
  }

  get isOn(): boolean {
    return this.settings.isOn;
  }

  /** Writes down a private message, unless it is between guests: with them nothing stays. */
  addPrivate(context: CommandContext, from: ActingUser, to: RecipientId, message: Direct): void {
    if (!this.isOn || this.#isFull(from.author)) return;
    const sender: Side = { account: from.account, name: from.name };
    const recipient: Side = { account: accountOf(to), name: message.to };
    const conversation =
      sender.account === undefined
        ? recipient.account !== undefined && this.#withSides(recipient.account, recipient, sender)
        : this.#withSides(sender.account, sender, recipient);
    if (!conversation || conversation.is_off === 1) return;
    const { serial, id, origin, file, fileAtSender, reply } = message;
    const note = fileAtSender === undefined ? '' : `(file ${fileAtSender})`;
    const text = note === '' ? message.text : `${message.text} ${note}`.trim();
    const answers = reply === undefined ? undefined : this.entries.find(reply);
    this.entries.add({
      serial,
      conversation: conversation.id,
      author: from.author,
      name: from.name,
      at: context.at,
      text,
      origin,
      id,
      ...(file && { file }),
      ...(answers?.conversation === conversation.id && { reply: answers.serial }),
    });
  }

  /** `owner`: the number of the account on the first side. */
  #withSides(owner: number, one: Side, other: Side): ConversationRow | undefined {
    const key = privateKey(owner, other);
    const found = this.conversations.find(key);
    if (found) return found;
    const { account: second } = other;
    const isOff =
      this.settings.isOffFor(owner) || (second !== undefined && this.settings.isOffFor(second));
    if (isOff) return undefined;
    if (second === undefined && !this.conversations.hasRoomFor(owner)) return undefined;
    return this.conversations.add({
      key,
      kind: 'private',
      name: one.name as ConversationRow['name'],
      other_name: other.name,
      account: owner,
      other: second ?? null,
      is_off: 0,
    });
  }

  /** The conversation of a group or of a room; it begins with the group, and with what is first said in the room. */
  group(name: RoomName): ConversationRow {
    return this.conversations.find(groupKey(name)) ?? this.#begin(groupKey(name), 'group', name);
  }

  room(name: RoomName): ConversationRow {
    return this.conversations.find(roomKey(name)) ?? this.#begin(roomKey(name), 'room', name);
  }

  /** The conversation of a room where anything was ever kept of it. */
  roomIfKnown(name: RoomName): ConversationRow | undefined {
    return this.conversations.find(roomKey(name));
  }

  #begin(key: string, kind: 'group' | 'room', name: RoomName): ConversationRow {
    return this.conversations.add({
      key,
      kind,
      name: name as ConversationRow['name'],
      other_name: '' as ConversationRow['other_name'],
      account: null,
      other: null,
      is_off: 0,
    });
  }

  /** The conversation in which what is said in a group is written down now; none where it is not. */
  keptGroup(name: RoomName, author: number): ConversationRow | undefined {
    if (!this.isOn || this.#isFull(author)) return undefined;
    const conversation = this.group(name);
    return conversation.is_off === 1 ? undefined : conversation;
  }

  /** Whether what is said in a room is to be written down. */
  keepsRoom(name: RoomName, author: number): boolean {
    if (!this.isOn || this.#isFull(author)) return false;
    return this.conversations.find(roomKey(name))?.is_off !== 1;
  }

  /** Whether a room's or group's history is switched on. */
  isRoomOn(name: RoomName, isGroup: boolean): boolean {
    const key = isGroup ? groupKey(name) : roomKey(name);
    return this.conversations.find(key)?.is_off !== 1;
  }

  /** Nobody's words push out those of others: who has used up their share is delivered, but not written down. */
  #isFull(author: number): boolean {
    if (this.#full === undefined) {
      const most = this.settings.state.most_bytes * limits.history.authorShare;
      this.#full = new Set(this.#overShare.all(most).map(({ author: one }) => one));
    }
    return this.#full.size > 0 && this.#full.has(Math.max(guests, author));
  }

  /** What is counted has changed. */
  recount(): void {
    this.#full = undefined;
  }

  /** Something was rolled back: copies are void. */
  invalidate(): void {
    this.settings.invalidate();
    this.conversations.invalidate();
    this.#full = undefined;
  }
}
