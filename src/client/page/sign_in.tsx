// Before anybody is logged in: the aliases that this browser has keys for, and registering a new one.

import { useSignal } from '@preact/signals';

import { connect, register } from './account';
import { connection, panel } from './state';
import { tokens } from './store';
import { t } from './texts/index';

/** DD/MM/YYYY, as the source wants it, from the YYYY-MM-DD of a date field. */
export const sourceDate = (value: string): string => value.split('-').reverse().join('/');

/** What a refusal means before there is an account. */
export function whyNot(why: string): string {
  switch (why) {
    case 'name-taken':
      return t.nameTaken;
    case 'bad-name':
      return t.badName;
    case 'bad-date':
      return t.badDate;
    case 'unknown-user':
      return t.unknownAccount;
    case 'not-allowed':
      return t.wrongToken;
    case 'unreachable':
      return t.unreachable;
    default:
      return t.tryLater;
  }
}

export function SignIn() {
  const fault = useSignal('');
  const isBusy = useSignal(false);
  const known = Object.keys(tokens.all());
  const ended = (why?: string): void => {
    isBusy.value = false;
    fault.value = why === undefined ? '' : whyNot(why);
  };

  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const field = (name: string): string => {
      const value = form.get(name);
      return typeof value === 'string' ? value.trim() : '';
    };
    const name = field('alias').normalize('NFC');
    isBusy.value = true;
    const who = { name, fullName: field('fullName'), born: sourceDate(field('born')) };
    register(who, (why) => {
      if (why === undefined) connect(name, ended);
      else ended(why);
    });
  };

  const rejection = connection.value.is === 'rejected' ? whyNot(connection.value.why) : '';
  const said = fault.value || rejection;
  return (
    <main class="start">
      <header>
        <Mark />
        <h1>chat</h1>
        <p>{t.about}</p>
      </header>
      {known.length > 0 && (
        <section aria-labelledby="back">
          <h2 id="back">{t.welcomeBack}</h2>
          <div class="stack">
            {known.map((name) => (
              <button type="button" class="primary" key={name} onClick={() => connect(name, ended)}>
                {t.enterAs(name)}
              </button>
            ))}
          </div>
        </section>
      )}
      <section aria-labelledby="new">
        <h2 id="new">{t.newHere}</h2>
        <form class="stack" onSubmit={submit}>
          <label>
            {t.alias}
            <input
              name="alias"
              required
              maxLength={255}
              autocomplete="username"
              autocapitalize="none"
            />
          </label>
          <label>
            {t.fullName}
            <input name="fullName" required maxLength={255} autocomplete="name" />
          </label>
          <label>
            {t.born}
            <input
              name="born"
              type="date"
              required
              min="0001-01-01"
              max="9999-12-31"
              autocomplete="bday"
            />
          </label>
          <p class="fault" role="alert">
            {said}
          </p>
          <button class={known.length > 0 ? '' : 'primary'} disabled={isBusy.value}>
            {t.register}
          </button>
        </form>
        <p class="small">{t.tokenNote}</p>
      </section>
      <footer>
        <button
          type="button"
          class="quiet"
          aria-pressed={panel.value === 'window'}
          onClick={() => (panel.value = panel.value === 'window' ? 'none' : 'window')}
        >
          {t.window}
        </button>
      </footer>
    </main>
  );
}

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M6 4h20a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4H14l-7 6v-6H6a4 4 0 0 1-4-4V8a4 4 0 0 1 4-4z" />
      <path class="ticks" d="m9 14 4.2 4L19 10m-2.5 7.3 1 .7 6-8" />
    </svg>
  );
}
