// The balance: setting it, and transferring from it.

import { useSignal } from '@preact/signals';

import { reasonFor } from '../faults';
import { fieldsOf } from '../forms';
import { session } from '../server';
import { balance, hint, isOnline, users } from '../state';
import { newKey } from '../store';
import { locale, t } from '../texts/index';

const dollars = new Intl.NumberFormat(locale, {
  style: 'currency',
  currency: 'USD',
  maximumFractionDigits: 0,
});

/** Dollars as they are typed, or undefined where that is no amount. */
const amountIn = (text: string): number | undefined =>
  /^\d{1,16}$/.test(text) ? Number(text) : undefined;

export function Money() {
  return (
    <section aria-labelledby="balance">
      <h3 id="balance">{t.balance}</h3>
      <p class="balance">{balance.value === undefined ? '–' : dollars.format(balance.value)}</p>
      {balance.value === undefined && <p class="small">{t.noBalance}</p>}
      <BalanceForm />
      {balance.value !== undefined && <TransferForm />}
    </section>
  );
}

/** Reads the amount of a form; tells the user where there is none. */
function submittedAmount(field: (name: string) => string): number | undefined {
  const amount = amountIn(field('amount'));
  if (amount === undefined) hint.value = reasonFor('bad-amount');
  return amount;
}

/** Shows the new balance and what has happened, and empties the form. */
function changed(form: HTMLFormElement, after: number, text: string): void {
  balance.value = after;
  hint.value = text;
  form.reset();
}

function BalanceForm() {
  const submit = (event: SubmitEvent): void => {
    const form = event.currentTarget as HTMLFormElement;
    const amount = submittedAmount(fieldsOf(event));
    if (amount === undefined) return;
    session.request({ do: 'balance', amount }, (outcome) => {
      if (outcome.ok) changed(form, outcome.value.after, '');
      else hint.value = reasonFor(outcome.why);
    });
  };
  return (
    <form class="row" onSubmit={submit}>
      <input
        name="amount"
        inputMode="numeric"
        required
        aria-label={t.amount}
        placeholder={t.amount}
      />
      <button disabled={!isOnline.value}>{t.setBalance}</button>
    </form>
  );
}

function TransferForm() {
  const isPaying = useSignal(false);
  const submit = (event: SubmitEvent): void => {
    const form = event.currentTarget as HTMLFormElement;
    const field = fieldsOf(event);
    const amount = submittedAmount(field);
    if (amount === undefined) return;
    const to = field('to');
    const key = newKey();
    isPaying.value = true;
    session.requestReliably({ do: 'transfer', to, amount, key }, (outcome) => {
      isPaying.value = false;
      if (outcome.ok) changed(form, outcome.value.after, t.transferred(to, amount));
      else hint.value = reasonFor(outcome.why);
    });
  };
  return (
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
      <button disabled={!isOnline.value || isPaying.value}>{t.transfer}</button>
    </form>
  );
}
