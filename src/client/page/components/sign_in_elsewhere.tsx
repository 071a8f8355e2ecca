// Coming in from a browser that has no key yet: by password, recovery code, or a key from elsewhere.

import { useSignal } from '@preact/signals';

import { limits } from '../../../protocol/limits';
import { connectAnew } from '../account';
import { signInFault } from '../faults';
import { fieldsOf } from '../forms';
import { elsewhere } from '../state';
import { t } from '../texts/index';
import { AliasField } from './alias_field';

export function SignInElsewhere() {
  const isBusy = useSignal(false);
  const submit = (event: SubmitEvent): void => {
    const field = fieldsOf(event);
    isBusy.value = true;
    elsewhere.value = '';
    connectAnew(field('alias').normalize('NFC'), field('secret'), (why) => {
      isBusy.value = false;
      if (why === undefined) elsewhere.value = undefined;
      else elsewhere.value = why === 'not-allowed' ? t.wrongSecret : signInFault(why);
    });
  };
  return (
    <form class="stack" onSubmit={submit}>
      <AliasField />
      <label>
        {t.secret}
        <input
          name="secret"
          type="password"
          required
          maxLength={limits.credentials.passwordBytes}
          autocomplete="current-password"
        />
      </label>
      <p class="fault" role="alert">
        {elsewhere.value}
      </p>
      <button class="primary" disabled={isBusy.value}>
        {t.signIn}
      </button>
      <button type="button" onClick={() => (elsewhere.value = undefined)}>
        {t.newHere}
      </button>
    </form>
  );
}
