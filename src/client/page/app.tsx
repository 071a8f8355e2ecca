// The whole screen: the sidebar or signing in, the conversation, the panel beside it, and the status line below.

import { useEffect } from 'preact/hooks';

import { AccountPanel } from './components/account_panel';
import { Conversation } from './components/conversation';
import { KeyOffer } from './components/key_offer';
import { ModerationPanel } from './components/moderation_panel';
import { RoomPanel } from './components/room_panel';
import { Sidebar } from './components/sidebar';
import { SignIn } from './components/sign_in';
import { TranscriptPanel } from './components/transcript_panel';
import { session } from './server';
import {
  announcement,
  connection,
  hint,
  me,
  offeredKey,
  panel,
  setUnread,
  shown,
  unread,
} from './state';
import { markSeen } from './sync';
import { t } from './texts/index';

export function App() {
  useWindowEvents();
  const key = offeredKey.value;
  const isIn = me.value !== undefined && key === undefined;
  return (
    <div class={`app ${isIn ? 'in' : 'out'} view-${viewShown()} panel-${panel.value}`}>
      {isIn && (
        <a class="skip" href="#conversation" onClick={(event) => skip(event)}>
          {t.skip}
        </a>
      )}
      {isIn ? <Sidebar /> : key === undefined ? <SignIn /> : <KeyOffer name={key.name} />}
      {isIn && <Conversation />}
      {panel.value === 'transcript' && <TranscriptPanel />}
      {panel.value === 'account' && isIn && <AccountPanel />}
      {panel.value === 'moderation' && isIn && <ModerationPanel />}
      {panel.value === 'room' && isIn && <RoomPanel />}
      <div class="status">
        {isIn && <ConnectionStatus />}
        {hint.value !== '' && <Hint />}
      </div>
      <p class="unseen" role="status" aria-live="polite">
        {announcement.value}
      </p>
    </div>
  );
}

/** What a phone shows, where there is room for one thing only. */
function viewShown(): 'panel' | 'conversation' | 'sidebar' {
  if (panel.value !== 'none') return 'panel';
  return me.value !== undefined && shown.value !== undefined ? 'conversation' : 'sidebar';
}

/** What is shown counts as read when the window gets the focus; Escape closes the panel. */
function useWindowEvents(): void {
  useEffect(() => {
    const focused = (): void => {
      const conversation = shown.value;
      if (conversation !== undefined && unread.value[conversation] !== undefined) {
        setUnread(conversation, 0);
        markSeen(conversation);
      }
    };
    const pressed = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && panel.value !== 'none') panel.value = 'none';
    };
    addEventListener('focus', focused);
    addEventListener('keydown', pressed);
    return () => {
      removeEventListener('focus', focused);
      removeEventListener('keydown', pressed);
    };
  }, []);
}

/** Moves the focus to the conversation. The page's address must not change: it holds nothing. */
function skip(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('.composer textarea, .conversation')?.focus();
}

/** How the connection is, while it is not well. */
function ConnectionStatus() {
  const { is } = connection.value;
  if (is === 'online' || is === 'idle' || is === 'rejected') return null;
  return (
    <p class="hint offline" role="status">
      {is === 'waiting' ? t.waiting : t.connecting}{' '}
      {is === 'waiting' && (
        <button type="button" onClick={() => session.retryNow()}>
          {t.retry}
        </button>
      )}
    </p>
  );
}

function Hint() {
  return (
    <p class="hint" role="status">
      {hint.value}{' '}
      <button type="button" class="quiet" onClick={() => (hint.value = '')} aria-label={t.close}>
        ×
      </button>
    </p>
  );
}
