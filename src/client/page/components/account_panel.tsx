// The user's own account: money, the link to another browser, requests without a token, and leaving.

import { useSignal } from '@preact/signals';

import { disconnect, unregister } from '../account';
import { reasonFor } from '../faults';
import { linkOf } from '../key_link';
import { isModerator } from '../moderation';
import { session } from '../server';
import { hint, isOnline, isTokenOptional, me, togglePanel } from '../state';
import { t } from '../texts/index';
import { BlockedPeople } from './blocks';
import { Money } from './money';
import { PanelHeader } from './panel_header';
import { WaysIn } from './ways_in';

export function AccountPanel() {
  const name = me.value ?? '';
  return (
    <aside class="account" aria-labelledby="account-title">
      <PanelHeader id="account-title" title={name} />
      <Money />
      <AccountLink name={name} />
      <WaysIn />
      <section>
        <label class="check">
          <input
            type="checkbox"
            checked={isTokenOptional.value}
            disabled={!isOnline.value}
            onChange={(event) => setTokenOptional(event.currentTarget.checked)}
          />
          {t.tokenOptional}
        </label>
        <p class="small">{t.tokenOptionalNote}</p>
      </section>
      <BlockedPeople />
      {isModerator() && (
        <section>
          <button type="button" onClick={() => togglePanel('moderation')}>
            {t.moderation.title}
          </button>
        </section>
      )}
      <Leaving name={name} />
    </aside>
  );
}

function setTokenOptional(open: boolean): void {
  session.request({ do: 'doors', open }, (outcome) => {
    if (outcome.ok) isTokenOptional.value = outcome.value.open;
    else hint.value = reasonFor(outcome.why);
  });
}

/** The link with the account's token: shown on request only. */
function AccountLink({ name }: { name: string }) {
  const link = useSignal<string | undefined>(undefined);
  const isCopied = useSignal(false);
  const copy = (): void => {
    // There is a clipboard only where the page came by HTTPS or from this machine; elsewhere users copy by hand.
    void navigator.clipboard?.writeText(link.value ?? '').then(() => (isCopied.value = true));
  };
  return (
    <section>
      <h3>{t.linkTitle}</h3>
      {link.value === undefined ? (
        <button type="button" onClick={() => (link.value = linkOf(name))}>
          {t.showLink}
        </button>
      ) : (
        <div class="row">
          <input
            readOnly
            value={link.value}
            aria-label={t.linkTitle}
            onFocus={(event) => event.currentTarget.select()}
          />
          <button type="button" onClick={copy}>
            {isCopied.value ? t.copied : t.copy}
          </button>
        </div>
      )}
      <p class="small">{t.linkNote}</p>
    </section>
  );
}

/** Logging out, and deleting the account once the user has confirmed it. */
function Leaving({ name }: { name: string }) {
  const isAsked = useSignal(false);
  return (
    <section class="stack">
      <button type="button" onClick={() => disconnect()}>
        {t.logout}
      </button>
      {isAsked.value ? (
        <>
          <p>{t.unregisterSure(name)}</p>
          <button
            type="button"
            class="danger"
            disabled={!isOnline.value}
            onClick={() => unregister()}
          >
            {t.yesDelete}
          </button>
          <button type="button" onClick={() => (isAsked.value = false)}>
            {t.cancel}
          </button>
        </>
      ) : (
        <button type="button" class="danger" onClick={() => (isAsked.value = true)}>
          {t.unregister}
        </button>
      )}
      <p class="small">{t.unregisterNote}</p>
    </section>
  );
}
