// What was said in a conversation, day by day; it stays at its end while the user reads there.

import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

import { limits } from '../../../protocol/limits';
import { conversations, kindOf, nameIn, older } from '../state';
import type { StoredMessage } from '../store';
import { loadOlder, markSeen } from '../sync';
import { t } from '../texts/index';
import { Bubble, dayOf } from './bubble';

/** A reader this close to the end, in pixels, wants to see what comes next; this close to the beginning, what was before. */
const endPixels = 80;
const beginPixels = 200;

export function MessageLog({ conversation }: { conversation: string }) {
  const messages = conversations.value.get(conversation) ?? [];
  const { log, drawn, scrolled, showOlder } = useReading(conversation, messages);
  const state = older.value.get(conversation);
  const name = nameIn(conversation);
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
      <p class="begin">
        {state === 'loading' && t.loading}
        {state === 'more' || drawn < messages.length ? (
          <button type="button" class="quiet" onClick={showOlder}>
            {t.showOlder}
          </button>
        ) : (
          state !== 'loading' && t.startOf(name)
        )}
      </p>
      {messages.slice(-drawn).map((message, index, all) => (
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

/** Where somebody reads: the first message that is drawn, and how far down they are. */
interface Place {
  readonly first: string | undefined;
  readonly height: number;
  readonly top: number;
}

/** Keeps the place of who reads: at the end as long as they are there, else where they are, whatever comes in above. */
function useReading(conversation: string, messages: readonly StoredMessage[]) {
  const drawn = useSignal<number>(limits.page.drawnMessages);
  const log = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const place = useRef<Place | null>(null);
  const first = messages.at(-drawn.value)?.key ?? messages[0]?.key;
  const last = messages.at(-1)?.key;

  useLayoutEffect(() => {
    const at = log.current;
    if (at && isAtEnd.current) at.scrollTop = at.scrollHeight;
  }, [messages]);
  useLayoutEffect(() => {
    const at = log.current;
    const before = place.current;
    // The server may not have answered yet.
    if (!at || !before || first === before.first) return;
    if (!isAtEnd.current) at.scrollTop = before.top + at.scrollHeight - before.height;
    place.current = null;
  }, [first]);
  useEffect(() => {
    if (document.hasFocus()) markSeen(conversation);
    if (messages.length === 0) loadOlder(conversation);
  }, [conversation, last]);

  const showOlder = (): void => {
    const at = log.current;
    if (!at) return;
    place.current = { first, height: at.scrollHeight, top: at.scrollTop };
    if (drawn.value < messages.length) drawn.value += limits.page.drawnMessages;
    else {
      drawn.value += limits.history.pageEntries;
      loadOlder(conversation);
    }
  };
  const scrolled = (): void => {
    const at = log.current;
    if (!at) return;
    isAtEnd.current = at.scrollHeight - at.scrollTop - at.clientHeight < endPixels;
    if (!isAtEnd.current && at.scrollTop < beginPixels) showOlder();
  };
  return { log, drawn: drawn.value, scrolled, showOlder };
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
