// A field with a button: asks for one name, and says what was wrong with it.

import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';

import { t } from './texts/index';

interface AskProps {
  readonly label: string;
  readonly action: string;
  readonly options?: readonly string[];
  /** `end` with a refusal keeps the name in the field. */
  readonly done: (name: string, end: (why?: string) => void) => void;
}

export const reasonFor = (why: string): string => t.reasons[why] ?? t.tryLater;

export function Ask({ label, action, options, done }: AskProps) {
  const fault = useSignal('');
  const id = useId();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const input = (event.currentTarget as HTMLFormElement).elements.namedItem('name');
    if (!(input instanceof HTMLInputElement)) return;
    const name = input.value.trim().normalize('NFC');
    if (name === '') return;
    fault.value = '';
    const end = (why?: string): void => {
      if (why !== undefined) fault.value = reasonFor(why);
    };
    done(name, end);
    input.value = '';
  };
  return (
    <form class="ask" onSubmit={submit}>
      <input
        name="name"
        aria-label={label}
        placeholder={label}
        maxLength={255}
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
