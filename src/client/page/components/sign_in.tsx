// Before anybody is logged in: the aliases that this browser has tokens for, and the form for a new one.

import { useSignal } from '@preact/signals';

import { limits } from '../../../protocol/limits';
import { connect, register } from '../account';
import { signInFault } from '../faults';
import { fieldsOf, sourceDate } from '../forms';
import { connection, elsewhere } from '../state';
import { tokens } from '../store';
import { t } from '../texts/index';
import { AliasField } from './alias_field';
import { Mark } from './mark';
import { SignInElsewhere } from './sign_in_elsewhere';
import { TranscriptButton } from './transcript_button';

export function SignIn() {
  const fault = useSignal('');
  const isBusy = useSignal(false);
  const isElsewhere = elsewhere.value !== undefined;
  const isByInvitation = useSignal(false);
  const known = Object.keys(tokens.all());
  const ended = (why?: string): void => {
    isBusy.value = false;
    fault.value = why === undefined ? '' : signInFault(why);
  };
  const submit = (event: SubmitEvent): void => {
    const field = fieldsOf(event);
    const name = field('alias').normalize('NFC');
    isBusy.value = true;
    const invite = field('invite');
    const person = {
      name,
      fullName: field('fullName'),
      born: sourceDate(field('born')),
      ...(invite !== '' && { invite }),
    };
    register(person, (why) => {
      if (why === 'bad-invite') isByInvitation.value = true;
      if (why === undefined) connect(name, ended);
      else ended(why);
    });
  };
  const rejection = connection.value.is === 'rejected' ? signInFault(connection.value.why) : '';
  return (
    <main class="sign-in">
      <header>
        <Mark />
        <h1>chat</h1>
        <p>{t.about}</p>
      </header>
      {known.length > 0 && <KnownAccounts names={known} enter={(name) => connect(name, ended)} />}
      {isElsewhere ? (
        <SignInElsewhere />
      ) : (
        <button type="button" onClick={() => (elsewhere.value = '')}>
          {t.haveAccount}
        </button>
      )}
      <section aria-labelledby="new" hidden={isElsewhere}>
        <h2 id="new">{t.newHere}</h2>
        <form class="stack" onSubmit={submit}>
          {!isElsewhere && <RegistrationFields isByInvitation={isByInvitation.value} />}
          <p class="fault" role="alert">
            {fault.value || rejection}
          </p>
          <button class={known.length > 0 ? '' : 'primary'} disabled={isBusy.value}>
            {t.register}
          </button>
        </form>
        <p class="small">{t.tokenNote}</p>
      </section>
      <footer>
        <TranscriptButton />
      </footer>
    </main>
  );
}

interface KnownAccountsProps {
  readonly names: readonly string[];
  readonly enter: (name: string) => void;
}

function KnownAccounts({ names, enter }: KnownAccountsProps) {
  return (
    <section aria-labelledby="back">
      <h2 id="back">{t.welcomeBack}</h2>
      <div class="stack">
        {names.map((name) => (
          <button type="button" class="primary" key={name} onClick={() => enter(name)}>
            {t.enterAs(name)}
          </button>
        ))}
      </div>
    </section>
  );
}

function RegistrationFields({ isByInvitation }: { readonly isByInvitation: boolean }) {
  return (
    <>
      {isByInvitation && (
        <label>
          {t.inviteCode}
          <input name="invite" required autocomplete="off" />
        </label>
      )}
      <AliasField />
      <label>
        {t.fullName}
        <input name="fullName" required maxLength={limits.hub.nameBytes} autocomplete="name" />
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
    </>
  );
}
