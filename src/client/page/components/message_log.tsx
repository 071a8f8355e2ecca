// What was said in a conversation, day by day; it stays at its end while the user reads there.

import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';

import { limits } from '../../../protocol/limits';
import { conversations, kindOf, nameIn } from '../state';
import type { StoredMessage } from '../store';
import { t } from '../texts/index';
import { Bubble, dayOf } from './bubble';

/** A reader this close to the end, in pixels, wants to see what comes next. */
const endPixels = 80;

export function MessageLog({ conversation }: { conversation: string }) {
  const messages = conversations.value.get(conversation) ?? [];
  const drawn = useSignal<number>(limits.page.drawnMessages);
  const log = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const name = nameIn(conversation);

  useLayoutEffect(() => {
    if (isAtEnd.current && log.current) log.current.scrollTop = log.current.scrollHeight;
  }, [messages]);

  const scrolled = (): void => {
    const at = log.current;
    if (!at) return;
    isAtEnd.current = at.scrollHeight - at.scrollTop - at.clientHeight < endPixels;
    const isMore = drawn.value < messages.length;
    if (at.scrollTop === 0 && isMore) drawn.value += limits.page.drawnMessages;
  };

  return (
    <div
      class="log"
      role="log"
      aria-live="polite"
      aria-label={name}
      tabIndex={0}
      ref={log}
      onScroll={scrolled}
    >
      <p class="begin">{kindOf(conversation) === 'r' ? t.startOfRoom(name) : t.startOf(name)}</p>
      {messages.slice(-drawn.value).map((message, index, all) => (
        <Entry
          key={message.key}
          message={message}
          before={all[index - 1]}
          isShared={kindOf(conversation) !== 'p'}
        />
      ))}
    </div>
  );
}

interface EntryProps {
  readonly message: StoredMessage;
  readonly before: StoredMessage | undefined;
  readonly isShared: boolean;
}

/** A message, under the date where it is the first of its day. */
function Entry({ message, before, isShared }: EntryProps) {
  const day = dayOf(message);
  const isNewDay = !before || dayOf(before) !== day;
  const follows =
    !isNewDay &&
    before.from === message.from &&
    before.state !== 'note' &&
    message.state !== 'note';
  return (
    <>
      {isNewDay && <p class="day">{day}</p>}
      <Bubble message={message} follows={follows} isShared={isShared} />
    </>
  );
}
