// The parts of the sidebar's lists: a section with its title, and a conversation in it.

import type { ComponentChildren } from 'preact';

import { conversations, kindOf, nameIn, showConversation, shown, unread } from '../state';
import { t } from '../texts/index';
import { Avatar } from './avatar';

export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section>
      <h2>{title}</h2>
      <ul>{children}</ul>
    </section>
  );
}

interface ItemProps {
  readonly conversation: string;
  /** The user can be reached now. */
  readonly isHere?: boolean;
  readonly isDim?: boolean;
  /** Shown instead of the newest message. */
  readonly about?: string;
}

export function Item({ conversation, isHere, isDim, about }: ItemProps) {
  const name = nameIn(conversation);
  const last = conversations.value.get(conversation)?.at(-1);
  const preview = about ?? (last?.text || last?.file?.name) ?? '';
  return (
    <li>
      <button
        type="button"
        class={isDim === true ? 'item dim' : 'item'}
        aria-current={shown.value === conversation ? 'true' : undefined}
        onClick={() => showConversation(conversation)}
      >
        <Avatar name={name} kind={kindOf(conversation)} isHere={isHere} />
        <span class="label">
          <bdi>{name}</bdi>
          {isHere === true && <span class="unseen"> {t.here}</span>}
          {preview !== '' && <small dir="auto">{preview}</small>}
        </span>
        <UnreadCount count={unread.value[conversation] ?? 0} />
      </button>
    </li>
  );
}

function UnreadCount({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <span class="count">
      <span aria-hidden="true">{count}</span>
      <span class="unseen">{t.unread(count)}</span>
    </span>
  );
}
