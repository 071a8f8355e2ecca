// How what the hub tells a user who is in is said on this wire.

import { changeSentence } from '../../bytes/change_words';
import { type ModerationNotice, sentenceOf } from '../../bytes/moderation_words';
import { withFileNote } from '../../bytes/text';
import type { Settle } from '../../dialect';
import type { Changed, Direct, Kicked, Name, Notice, Receipt, Said } from '../../model';
import { failed, failureOf } from '../wire/codec';
import type { ContentType } from '../wire/messages';
import { bodiesOf, bodiesOfSaid } from './bodies';
import type { UserContext } from './user_context';

/** What a text is sent as: bytes that are not UTF-8 travel unchanged. */
const contentTypeOf = (raw: Uint8Array | undefined): ContentType =>
  raw ? 'application/octet-stream' : 'text/plain';

const said = (notice: ModerationNotice): string => sentenceOf(notice, (name) => name);

export class GroupsEvents {
  readonly #user: UserContext;

  constructor(user: UserContext) {
    this.#user = user;
  }

  deliver(message: Direct, settle: Settle): void {
    const { contacts, replies, incoming } = this.#user;
    const { from: user, to, raw, file } = message;
    contacts.add(user);
    const text = message.text === '' && file !== undefined ? withFileNote('', file) : message.text;
    const bodies = bodiesOf({ text, ...(raw && { raw }) });
    const id = this.#sendingId(bodies.length, { settle });
    const contentType = contentTypeOf(raw);
    for (const body of bodies) {
      replies.write({ action: 'send', contentType, user, to: [to], id, body });
    }
    if (file !== undefined) incoming.waits(message.serial, user, file);
  }

  tell(notice: Notice): void {
    const { contacts, replies, outgoing, incoming } = this.#user;
    switch (notice.is) {
      case 'said':
        return this.#said(notice);
      case 'joined':
      case 'left':
        return replies.write({ action: notice.is, user: notice.name, group: notice.room });
      case 'invited':
        return replies.write({ action: 'invite', user: notice.by, group: notice.room });
      case 'receipt':
        return this.#receipt(notice);
      case 'presence':
        if (!notice.here && contacts.remove(notice.name)) {
          replies.write({ action: 'disconnect', user: notice.name });
        }
        return;
      case 'offer':
        return (outgoing.has(notice.offer) ? outgoing : incoming).tell(notice);
      case 'kicked':
        return this.#kicked(notice);
      case 'topic':
      case 'standing':
        return replies.write({ action: 'notice', group: notice.room, body: said(notice) });
      case 'muted':
      case 'announced':
        return replies.write({ action: 'notice', body: said(notice) });
      case 'changed':
        return this.#changed(notice);
      case 'sent':
      case 'read':
      case 'got':
      case 'paid':
      case 'signal':
        return;
    }
  }

  /** Who was put out has left, and the body says why. */
  #kicked(notice: Kicked): void {
    const { name: user, room: group } = notice;
    const body = said(notice);
    this.#user.replies.write({ action: 'left', user, group, reason: 'kicked', body });
  }

  #changed(change: Changed): void {
    const body = changeSentence(change, (name) => name);
    const { room: group } = change;
    if (body === undefined) return;
    this.#user.replies.write({ action: 'notice', ...(group !== undefined && { group }), body });
  }

  #said(said: Said): void {
    if (!this.#user.unconfirmed.hasRoomFor(said.from)) return;
    const bodies = bodiesOfSaid(said);
    const id = this.#sendingId(bodies.length, { sender: said.from });
    const { from: user, room: group, raw } = said;
    const contentType = contentTypeOf(raw);
    for (const body of bodies) {
      this.#user.replies.write({ action: 'send', contentType, user, group, id, body });
    }
  }

  /** A receipt is told only for what this connection sent: an account may have several. */
  #receipt({ id: number, status, why }: Receipt): void {
    const { stored, replies } = this.#user;
    if (!stored.has(number)) return;
    const id = stored.get(number);
    stored.delete(number);
    if (status === 'delivered') return replies.write({ action: 'sent', id, status });
    const reason = why === 'gone' ? 'disconnected' : 'refused';
    replies.write({ action: 'sent', id, ...failed(failureOf(reason)) });
  }

  /** The `Id` of what is sent next, in `count` parts. */
  #sendingId(count: number, of: { settle?: Settle; sender?: Name }): string {
    const { host, unconfirmed } = this.#user;
    const id = unconfirmed.nextId();
    unconfirmed.add(id, count, host.now, of);
    return id;
  }
}
