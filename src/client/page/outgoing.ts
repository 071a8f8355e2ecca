// What goes: kept until the server has it, and under a key by which it has it once.

import { server } from './server';
import { kindOf, me, nameIn, nextAt, own, put } from './state';
import { type Kept, randomText, type Unsent } from './store';
import { conclude, concludeSend, echo } from './transcript';

/** A sent message whose answer is older than the server remembers could be sent twice: its owner decides. */
const resendMs = 23 * 3600 * 1000;

/** Sent and not answered for, in this page. */
const underWay = new Set<string>();

export function send(talk: string, text: string): void {
  const unsent: Unsent = { key: randomText(12), talk, text, at: nextAt() };
  own.notes.addUnsent(unsent);
  if (kindOf(talk) === 'p') echo('SEND', nameIn(talk), text);
  resend(unsent);
}

function resend(unsent: Unsent): void {
  const { key, talk, text, at } = unsent;
  const kept: Kept = { key, talk, from: me.value ?? '', mine: true, text, at, state: 'sending' };
  void put(kept);
  if (Date.now() - at > resendMs) {
    own.notes.removeUnsent(key);
    void put({ ...kept, state: 'failed' });
    return;
  }
  const { session } = server;
  if (!session) return;
  underWay.add(key);
  const { notes } = own;
  const isDirect = kindOf(talk) === 'p';
  const ended = (why: string | undefined, sent: Partial<Kept>): void => {
    underWay.delete(key);
    // Not asked at all, since we left: it stays in the outbox for the next time.
    if (why === 'unreachable') return;
    notes.removeUnsent(key);
    if (notes !== own.notes) return;
    void put({ ...kept, ...sent, ...(why !== undefined && { state: 'failed', why }) });
    if (isDirect && why !== undefined) conclude('SEND', why);
  };
  if (isDirect) {
    session.requestReliably({ do: 'send', to: nameIn(talk), text, key }, (answer) => {
      if (!answer.ok) return ended(answer.why, {});
      const { id, serial } = answer.value;
      concludeSend('SEND', id);
      ended(undefined, { state: 'stored', id, serial });
    });
  } else {
    session.requestReliably({ do: 'say', room: nameIn(talk), text, key }, (answer) =>
      answer.ok ? ended(undefined, { state: 'delivered' }) : ended(answer.why, {}),
    );
  }
}

/** After coming back: all that has no answer yet and is not being asked for already. */
export function resendAll(): void {
  for (const unsent of own.notes.outbox) if (!underWay.has(unsent.key)) resend(unsent);
}
