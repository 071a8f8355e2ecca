// One's own account: money, the link to another browser, what mailbox clients may do, leaving for good.

import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';

import { disconnect, linkOf, unregister } from './account';
import { reasonFor } from './ask';
import { ask, insist } from './server';
import { balance, doorsOpen, hint, isHere, me, panel, users } from './state';
import { randomText } from './store';
import { locale, t } from './texts/index';

const dollars = new Intl.NumberFormat(locale, {
  style: 'currency',
  currency: 'USD',
  maximumFractionDigits: 0,
});

export function AccountPanel() {
  const name = me.value ?? '';
  const isSure = useSignal(false);
  const title = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => title.current?.focus(), []);
  return (
    <aside class="account" aria-labelledby="account-title">
      <header>
        <h2 id="account-title" tabIndex={-1} ref={title}>
          {name}
        </h2>
        <button
          type="button"
          class="quiet"
          aria-label={t.close}
          onClick={() => (panel.value = 'none')}
        >
          ×
        </button>
      </header>
      <Money />
      <Carry name={name} />
      <section>
        <label class="check">
          <input
            type="checkbox"
            checked={doorsOpen.value}
            disabled={!isHere.value}
            onChange={(event) => openDoors(event.currentTarget.checked)}
          />
          {t.doors}
        </label>
        <p class="small">{t.doorsNote}</p>
      </section>
      <section class="stack">
        <button type="button" onClick={() => disconnect()}>
          {t.logout}
        </button>
        {isSure.value ? (
          <>
            <p>{t.unregisterSure(name)}</p>
            <button
              type="button"
              class="danger"
              disabled={!isHere.value}
              onClick={() => unregister()}
            >
              {t.yesDelete}
            </button>
            <button type="button" onClick={() => (isSure.value = false)}>
              {t.cancel}
            </button>
          </>
        ) : (
          <button type="button" class="danger" onClick={() => (isSure.value = true)}>
            {t.unregister}
          </button>
        )}
        <p class="small">{t.unregisterNote}</p>
      </section>
    </aside>
  );
}

function openDoors(open: boolean): void {
  ask({ do: 'doors', open }, (answer) => {
    if (answer.ok) doorsOpen.value = answer.value.open;
    else hint.value = reasonFor(answer.why);
  });
}

/** Dollars as they are typed, or undefined where that is no amount. */
const amountIn = (text: string): number | undefined =>
  /^\d{1,16}$/.test(text.trim()) ? Number(text) : undefined;

function Money() {
  const isPaying = useSignal(false);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    const text = (field: string): string => {
      const value = data.get(field);
      return typeof value === 'string' ? value.trim() : '';
    };
    const amount = amountIn(text('amount'));
    if (amount === undefined) {
      hint.value = reasonFor('bad-amount');
      return;
    }
    const to = text('to');
    const ended = (after: number, said: string): void => {
      balance.value = after;
      hint.value = said;
      form.reset();
    };
    if (to === '') {
      ask({ do: 'balance', amount }, (answer) => {
        if (answer.ok) ended(answer.value.after, '');
        else hint.value = reasonFor(answer.why);
      });
    } else {
      isPaying.value = true;
      insist({ do: 'transfer', to, amount, key: randomText(12) }, (answer) => {
        isPaying.value = false;
        if (answer.ok) ended(answer.value.after, t.transferred(to, amount));
        else hint.value = reasonFor(answer.why);
      });
    }
  };
  return (
    <section aria-labelledby="balance">
      <h3 id="balance">{t.balance}</h3>
      <p class="balance">{balance.value === undefined ? '–' : dollars.format(balance.value)}</p>
      {balance.value === undefined && <p class="small">{t.noBalance}</p>}
      <form class="row" onSubmit={submit}>
        <input
          name="amount"
          inputMode="numeric"
          required
          aria-label={t.amount}
          placeholder={t.amount}
        />
        <button disabled={!isHere.value}>{t.setBalance}</button>
      </form>
      {balance.value !== undefined && (
        <form class="row" onSubmit={submit}>
          <input
            name="to"
            required
            list="payees"
            autocomplete="off"
            autocapitalize="none"
            aria-label={t.transferTo}
            placeholder={t.transferTo}
          />
          <datalist id="payees">
            {users.value.map((user) => (
              <option key={user.name} value={user.name} />
            ))}
          </datalist>
          <input name="amount" inputMode="numeric" required aria-label={t.amount} placeholder="$" />
          <button disabled={!isHere.value || isPaying.value}>{t.transfer}</button>
        </form>
      )}
    </section>
  );
}

/** The account's key as a link, on request and never by itself. */
function Carry({ name }: { name: string }) {
  const link = useSignal<string | undefined>(undefined);
  const isCopied = useSignal(false);
  const copy = (): void => {
    // Only where the page came by HTTPS or from this machine; elsewhere the link is copied by hand.
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
