// Texts that are sent: stored until the server has them, and sent under a key by which the server takes them once.

import { limits } from '../../protocol/limits';
import { session } from './server';
import { kindOf, me, nameIn, nextTimestamp, putMessage, storage } from './state';
import { newKey, type StoredMessage, type UnsentMessage } from './store';
import { conclude, concludeSend, echo } from './transcript';

/** Keys of the messages that this page has sent and that have no reply. */
const unanswered = new Set<string>();

export function send(conversation: string, text: string, reply?: number): void {
  const unsent: UnsentMessage = {
    key: newKey(),
    conversation,
    text,
    at: nextTimestamp(),
    ...(reply !== undefined && { reply }),
  };
  storage.local.addUnsent(unsent);
  if (kindOf(conversation) === 'p') echo('SEND', nameIn(conversation), text);
  resend(unsent);
}

function resend(unsent: UnsentMessage): void {
  const { key, conversation, text, at, reply } = unsent;
  const answers = reply === undefined ? {} : { reply };
  const from = me.value ?? '';
  const message: StoredMessage = {
    key,
    conversation,
    from,
    mine: true,
    text,
    at,
    state: 'sending',
    ...answers,
  };
  void putMessage(message);
  if (Date.now() - at > limits.page.resendMs) {
    storage.local.removeUnsent(key);
    void putMessage({ ...message, state: 'failed' });
    return;
  }
  unanswered.add(key);
  const { local } = storage;
  const isPrivate = kindOf(conversation) === 'p';
  const ended = (why: string | undefined, sent: Partial<StoredMessage>): void => {
    unanswered.delete(key);
    // The page was logged out before there was a reply: the message waits in the outbox for the next login.
    if (why === 'unreachable') return;
    local.removeUnsent(key);
    if (local !== storage.local) return;
    void putMessage({ ...message, ...sent, ...(why !== undefined && { state: 'failed', why }) });
    if (isPrivate && why !== undefined) conclude('SEND', why);
  };
  const name = nameIn(conversation);
  if (isPrivate) {
    session.requestReliably({ do: 'send', to: name, text, key, ...answers }, (outcome) => {
      if (!outcome.ok) return ended(outcome.why, {});
      const { id, serial } = outcome.value;
      concludeSend('SEND', id);
      ended(undefined, { state: 'stored', id, serial });
    });
  } else {
    session.requestReliably({ do: 'say', room: name, text, key, ...answers }, (outcome) => {
      if (!outcome.ok) return ended(outcome.why, {});
      // Nobody has it yet, as far as is known.
      const { serial } = outcome.value;
      ended(undefined, { state: 'stored', ...(serial !== undefined && { serial }) });
    });
  }
}

/** After a login: sends everything that has no reply and was not sent in this page. */
export function resendAll(): void {
  for (const unsent of storage.local.outbox) if (!unanswered.has(unsent.key)) resend(unsent);
}
