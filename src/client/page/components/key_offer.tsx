// The question whether the key that a link has brought is to be used in this browser.

import { useSignal } from '@preact/signals';

import { signInFault } from '../faults';
import { acceptKey, declineKey } from '../key_link';
import { t } from '../texts/index';
import { Mark } from './mark';

export function KeyOffer({ name }: { name: string }) {
  const fault = useSignal('');
  const isBusy = useSignal(false);
  const accept = (): void => {
    isBusy.value = true;
    fault.value = '';
    acceptKey((why) => {
      isBusy.value = false;
      if (why !== undefined) fault.value = signInFault(why);
    });
  };
  return (
    <main class="sign-in">
      <header>
        <Mark />
        <h1>chat</h1>
      </header>
      <section aria-labelledby="key-offer">
        <h2 id="key-offer">
          <bdi>{t.useKey(name)}</bdi>
        </h2>
        <p>{t.keyOffer}</p>
        <p class="fault" role="alert">
          {fault.value}
        </p>
        <div class="stack">
          <button type="button" class="primary" disabled={isBusy.value} onClick={declineKey}>
            {t.refuseKey}
          </button>
          <button type="button" disabled={isBusy.value} onClick={accept}>
            {t.acceptKey}
          </button>
        </div>
      </section>
    </main>
  );
}
