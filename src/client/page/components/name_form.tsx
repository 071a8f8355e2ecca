// A field with a button: takes one name, and says what was wrong with it.

import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';

import { limits } from '../../../protocol/limits';
import { reasonFor } from '../faults';

interface NameFormProps {
  readonly label: string;
  readonly action: string;
  readonly options?: readonly string[];
  /** What to do with the name; `end` with a refusal shows its reason. */
  readonly done: (name: string, end: (why?: string) => void) => void;
}

export function NameForm({ label, action, options, done }: NameFormProps) {
  const fault = useSignal('');
  const id = useId();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const input = (event.currentTarget as HTMLFormElement).elements.namedItem('name');
    if (!(input instanceof HTMLInputElement)) return;
    const name = input.value.trim().normalize('NFC');
    if (name === '') return;
    fault.value = '';
    done(name, (why) => {
      if (why !== undefined) fault.value = reasonFor(why);
    });
    input.value = '';
  };
  return (
    <form class="name-form" onSubmit={submit}>
      <input
        name="name"
        aria-label={label}
        placeholder={label}
        maxLength={limits.hub.nameBytes}
        autocomplete="off"
        autocapitalize="none"
        list={options && `${id}-options`}
      />
      <button>{action}</button>
      {options && (
        <datalist id={`${id}-options`}>
          {options.map((option) => (
            <option key={option} value={option} />
          ))}
        </datalist>
      )}
      {fault.value !== '' && (
        <p class="fault" role="alert">
          {fault.value}
        </p>
      )}
    </form>
  );
}
