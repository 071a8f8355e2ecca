// The whole screen: who one is, the conversations, the one that is open, and what is beside it.

import { useEffect } from 'preact/hooks';

import { session } from './account';
import { AccountPanel } from './account_panel';
import { Conversation } from './conversation';
import { Sidebar } from './sidebar';
import { SignIn } from './sign_in';
import { announcement, connection, countUnread, hint, me, panel, shown, unread } from './state';
import { t } from './texts/index';
import { TranscriptWindow } from './window';

export function App() {
  useEffect(() => {
    const seen = (): void => {
      const talk = shown.value;
      if (talk !== undefined && unread.value[talk] !== undefined) countUnread(talk, 0);
    };
    const escape = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && panel.value !== 'none') panel.value = 'none';
    };
    addEventListener('focus', seen);
    addEventListener('keydown', escape);
    return () => {
      removeEventListener('focus', seen);
      removeEventListener('keydown', escape);
    };
  }, []);

  const isIn = me.value !== undefined;
  const view =
    panel.value !== 'none' ? 'panel' : isIn && shown.value !== undefined ? 'talk' : 'list';
  return (
    <div class={`app ${isIn ? 'in' : 'out'} view-${view} panel-${panel.value}`}>
      {isIn && (
        <a class="skip" href="#talk" onClick={(event) => skip(event)}>
          {t.skip}
        </a>
      )}
      {isIn ? <Sidebar /> : <SignIn />}
      {isIn && <Conversation />}
      {panel.value === 'window' && <TranscriptWindow />}
      {panel.value === 'account' && isIn && <AccountPanel />}
      <div class="floor">
        {isIn && <Line />}
        {hint.value !== '' && (
          <p class="hint" role="status">
            {hint.value}{' '}
            <button
              type="button"
              class="quiet"
              onClick={() => (hint.value = '')}
              aria-label={t.close}
            >
              ×
            </button>
          </p>
        )}
      </div>
      <p class="unseen" role="status" aria-live="polite">
        {announcement.value}
      </p>
    </div>
  );
}

/** The router of a page without addresses: a link inside it must not change the address. */
function skip(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('.composer textarea, .talk')?.focus();
}

/** How the connection is, while it is not well. */
function Line() {
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
