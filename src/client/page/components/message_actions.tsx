// Beside a message: answer it, mark it, and, where it is the user's own, change it or take it back.

import { useSignal } from '@preact/signals';

import { deleteMessage, startEdit, startReply, toggleReaction } from '../actions';
import { conversations } from '../state';
import type { StoredMessage } from '../store';
import { t } from '../texts/index';

/** The marks that are offered; others that somebody has put there are shown as well. */
const offered = ['👍', '❤️', '😂', '🎉', '😢'] as const;

/** One button, and the rest for who presses it: a thousand messages would have eight thousand. */
export function MessageActions({ message }: { message: StoredMessage }) {
  const isOpen = useSignal(false);
  if (message.serial === undefined || message.isDeleted === true) return null;
  return (
    <div class="actions">
      {isOpen.value && <OpenActions message={message} close={() => (isOpen.value = false)} />}
      <button
        type="button"
        class="quiet"
        aria-label={t.actions}
        aria-expanded={isOpen.value}
        onClick={() => (isOpen.value = !isOpen.value)}
      >
        ⋯
      </button>
    </div>
  );
}

function OpenActions({ message, close }: { message: StoredMessage; close: () => void }) {
  const isAsked = useSignal(false);
  const act = (action: () => void) => (): void => {
    action();
    close();
  };
  const remove = (): void => {
    if (!isAsked.value) isAsked.value = true;
    else act(() => deleteMessage(message))();
  };
  return (
    <>
      {offered.map((mark) => (
        <button
          key={mark}
          type="button"
          class="quiet"
          aria-label={t.react(mark)}
          onClick={act(() => toggleReaction(message, mark))}
        >
          {mark}
        </button>
      ))}
      <button type="button" class="quiet" onClick={act(() => startReply(message))}>
        {t.reply}
      </button>
      {message.mine && (
        <>
          <button type="button" class="quiet" onClick={act(() => startEdit(message))}>
            {t.edit}
          </button>
          <button type="button" class="quiet" onClick={remove}>
            {isAsked.value ? t.reallyDelete : t.delete}
          </button>
        </>
      )}
    </>
  );
}

/** The marks that were put to a message. */
export function Reactions({ message }: { message: StoredMessage }) {
  const { reactions = [] } = message;
  if (reactions.length === 0) return null;
  return (
    <p class="reactions">
      {reactions.map(({ mark, by, count, own }) => (
        <button
          key={mark}
          type="button"
          class="quiet"
          aria-pressed={own}
          title={by.join(', ')}
          aria-label={t.reacted(mark, count)}
          onClick={() => toggleReaction(message, mark)}
        >
          {mark} {count}
        </button>
      ))}
    </p>
  );
}

/** What a message answers, where that is here. */
export function Quote({ message }: { message: StoredMessage }) {
  const { reply, conversation } = message;
  if (reply === undefined) return null;
  const answered = conversations.value.get(conversation)?.find((one) => one.serial === reply);
  if (!answered) return <p class="quote">{t.earlier}</p>;
  return (
    <p class="quote" dir="auto">
      <bdi>{answered.mine ? t.you : answered.from}</bdi>: {answered.text || answered.file?.name}
    </p>
  );
}
