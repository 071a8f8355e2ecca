// What a user does to a message: they answer it, mark it, give it another text, or take it back.

import { reasonFor } from './faults';
import { session } from './server';
import { editing, hint, putMessages, replying } from './state';
import { deletedForm, type StoredMessage } from './store';

const told = (outcome: { readonly ok: boolean; readonly why?: string }): void => {
  if (!outcome.ok) hint.value = reasonFor(outcome.why ?? '');
};

export function startReply(message: StoredMessage): void {
  editing.value = undefined;
  replying.value = message;
  document.querySelector<HTMLElement>('.composer textarea')?.focus();
}

export function startEdit(message: StoredMessage): void {
  replying.value = undefined;
  editing.value = message;
}

/** Gives a message of the user's another text. It is shown once the server has it. */
export function saveEdit(message: StoredMessage, text: string): void {
  const { serial } = message;
  editing.value = undefined;
  if (serial === undefined || text === message.text) return;
  session.request({ do: 'edit', serial, text }, (outcome) => {
    told(outcome);
    if (outcome.ok) void putMessages([{ ...message, text, isEdited: true }]);
  });
}

export function deleteMessage(message: StoredMessage): void {
  const { serial } = message;
  if (serial === undefined) return;
  session.request({ do: 'delete', serial }, (outcome) => {
    told(outcome);
    if (!outcome.ok) return;
    void putMessages([deletedForm(message)]);
  });
}

/** Puts a mark to a message, or takes it back where the user has put it. */
export function toggleReaction(message: StoredMessage, mark: string): void {
  const { serial, reactions = [] } = message;
  if (serial === undefined) return;
  const known = reactions.find((one) => one.mark === mark);
  const on = known?.own !== true;
  session.request({ do: 'react', serial, mark, on }, (outcome) => {
    told(outcome);
    if (!outcome.ok) return;
    const count = (known?.count ?? 0) + (on ? 1 : -1);
    const rest = reactions.filter((one) => one !== known);
    const next = count > 0 ? [...rest, { mark, by: known?.by ?? [], count, own: on }] : rest;
    void putMessages([{ ...message, reactions: next }]);
  });
}
