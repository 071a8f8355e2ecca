// A form for one act of a moderator: which, on whom, why, and for how long.

import { useSignal } from '@preact/signals';

import { limits } from '../../../protocol/limits';
import { reasonFor } from '../faults';
import { fieldsOf } from '../forms';
import type { Done } from '../moderation';
import { t } from '../texts/index';

type FieldName = 'whom' | 'to' | 'reason' | 'hours' | 'text';

/** One act: the fields that it has, and what it is made of them. */
export interface FormAct {
  readonly fields: readonly FieldName[];
  act(of: Readonly<Record<FieldName, string>>): Record<string, unknown>;
}

interface ActFormProps {
  readonly acts: Readonly<Record<string, FormAct>>;
  readonly label: string;
  /** Names that may be meant. */
  readonly names: readonly string[];
  readonly send: (act: Record<string, unknown>, done: Done) => void;
}

const all: readonly FieldName[] = ['whom', 'to', 'text', 'reason', 'hours'];
const secondsPerHour = 3600;

/** Until when, by the hours that were typed; none: for good. */
export const untilOf = (hours: string): { readonly until?: number } =>
  Number(hours) > 0
    ? { until: Math.floor(Date.now() / 1000 + Number(hours) * secondsPerHour) }
    : {};

export function ActForm({ acts, label, names, send }: ActFormProps) {
  const verb = useSignal(Object.keys(acts)[0] ?? '');
  const answer = useSignal('');
  const chosen = acts[verb.value];
  const submit = (event: SubmitEvent): void => {
    const field = fieldsOf(event);
    const form = event.currentTarget as HTMLFormElement;
    if (!chosen) return;
    // What the last act came to is not the answer to this one.
    answer.value = '';
    const of = Object.fromEntries(all.map((name) => [name, field(name)]));
    send(chosen.act(of as Record<FieldName, string>), (why) => {
      answer.value = why === undefined ? t.moderation.done : reasonFor(why);
      if (why === undefined) form.reset();
    });
  };
  return (
    <form class="stack act-form" onSubmit={submit} aria-label={label}>
      <select
        aria-label={label}
        value={verb.value}
        onChange={(event) => (verb.value = event.currentTarget.value)}
      >
        {Object.keys(acts).map((one) => (
          <option key={one} value={one}>
            {t.moderation.acts[one] ?? one}
          </option>
        ))}
      </select>
      {all
        .filter((name) => chosen?.fields.includes(name))
        .map((name) => (
          <input
            key={`${verb.value} ${name}`}
            name={name}
            aria-label={t.moderation.fields[name]}
            placeholder={t.moderation.fields[name]}
            maxLength={limits.hub.announcementBytes}
            autocomplete="off"
            autocapitalize="none"
            inputMode={name === 'hours' ? 'decimal' : 'text'}
            list={name === 'whom' ? 'act-names' : undefined}
          />
        ))}
      <datalist id="act-names">
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <button>{t.moderation.doIt}</button>
      {answer.value !== '' && <p role="status">{answer.value}</p>}
    </form>
  );
}
