// What the account can be entered with: its password, its keys, its recovery codes.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { limits } from '../../../protocol/limits';
import type { ReplyOf } from '../../../protocol/web/wire/messages';
import { reasonFor } from '../faults';
import { fieldsOf } from '../forms';
import { session } from '../server';
import { hint, isOnline } from '../state';
import { newToken } from '../store';
import { t } from '../texts/index';

type Credential = ReplyOf<'credentials'>['credentials'][number];

export function WaysIn() {
  const all = useSignal<readonly Credential[]>([]);
  const refresh = (): void => {
    session.request({ do: 'credentials' }, (outcome) => {
      if (outcome.ok) all.value = outcome.value.credentials;
    });
  };
  useEffect(refresh, [isOnline.value]);
  const done = (outcome: { readonly ok: boolean; readonly why?: string }): void => {
    if (!outcome.ok) hint.value = reasonFor(outcome.why ?? '');
    refresh();
  };
  const revoke = (id: number): void => session.request({ do: 'credential-revoke', id }, done);
  const codes = all.value.filter(({ kind }) => kind === 'recovery').length;
  return (
    <section>
      <h3>{t.waysIn}</h3>
      <ul class="keys">
        {all.value
          .filter(({ kind }) => kind !== 'recovery')
          .map((one) => (
            <li key={one.id} class="row">
              <span>
                {one.kind === 'password' ? t.password : one.label || t.unnamedKey}{' '}
                <small>{t.lastUsed(dayOf(one.usedAt ?? one.madeAt))}</small>
              </span>
              <button type="button" disabled={!isOnline.value} onClick={() => revoke(one.id)}>
                {t.revoke}
              </button>
            </li>
          ))}
      </ul>
      <PasswordForm done={done} />
      <NewKey done={refresh} />
      <Recovery left={codes} done={refresh} />
    </section>
  );
}

const dayOf = (seconds: number): string => new Date(seconds * 1000).toLocaleDateString();

function PasswordForm({
  done,
}: {
  readonly done: (outcome: { readonly ok: boolean; readonly why?: string }) => void;
}) {
  const submit = (event: SubmitEvent): void => {
    const form = event.currentTarget as HTMLFormElement;
    const password = fieldsOf(event)('password');
    session.request({ do: 'password', password }, (outcome) => {
      if (outcome.ok) form.reset();
      done(outcome);
    });
  };
  return (
    <form class="row" onSubmit={submit}>
      <input
        name="password"
        type="password"
        required
        minLength={limits.credentials.passwordCharacters}
        maxLength={limits.credentials.passwordBytes}
        autocomplete="new-password"
        aria-label={t.newPassword}
        placeholder={t.newPassword}
      />
      <button disabled={!isOnline.value}>{t.setPassword}</button>
    </form>
  );
}

/** A key for a program or another browser: it is shown this once. */
function NewKey({ done }: { readonly done: () => void }) {
  const made = useSignal('');
  const add = (): void => {
    const key = newToken();
    session.request({ do: 'key-add', key, label: t.addedKey }, (outcome) => {
      if (outcome.ok) made.value = key;
      else hint.value = reasonFor(outcome.why);
      done();
    });
  };
  return made.value === '' ? (
    <button type="button" disabled={!isOnline.value} onClick={add}>
      {t.addKey}
    </button>
  ) : (
    <>
      <input
        readOnly
        value={made.value}
        aria-label={t.addedKey}
        onFocus={(event) => event.currentTarget.select()}
      />
      <p class="small">{t.shownOnce}</p>
    </>
  );
}

function Recovery({ left, done }: { readonly left: number; readonly done: () => void }) {
  const codes = useSignal<readonly string[]>([]);
  const renew = (): void => {
    session.request({ do: 'recovery' }, (outcome) => {
      if (outcome.ok) codes.value = outcome.value.codes;
      else hint.value = reasonFor(outcome.why);
      done();
    });
  };
  return (
    <>
      <button type="button" disabled={!isOnline.value} onClick={renew}>
        {t.newCodes(left)}
      </button>
      {codes.value.length > 0 && (
        <>
          <ol class="codes">
            {codes.value.map((code) => (
              <li key={code}>{code}</li>
            ))}
          </ol>
          <p class="small">{t.shownOnce}</p>
        </>
      )}
      <p class="small">{t.codesNote}</p>
    </>
  );
}
