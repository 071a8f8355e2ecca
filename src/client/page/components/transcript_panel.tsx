// The window of (source 000, 5): its seven buttons, its fields, and its two panes of text.

import { type Signal, useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';

import { connect, disconnect, listUsers, register, unregister } from '../account';
import { sendFile } from '../attachments';
import { sourceDate } from '../forms';
import { send } from '../outgoing';
import { isOnline, me } from '../state';
import { t } from '../texts/index';
import { clearPanes, clientPane, conclude, echo, serverPane } from '../transcript';
import { PanelHeader } from './panel_header';

export function TranscriptPanel() {
  return (
    <aside class="transcript" aria-labelledby="transcript-title">
      <PanelHeader id="transcript-title" title={t.transcript}>
        <button type="button" class="quiet" onClick={clearPanes}>
          {t.clear}
        </button>
      </PanelHeader>
      <AccountOperations />
      <SendOperations />
      <div class="panes">
        <Pane label={t.client} lines={clientPane.value} />
        <Pane label={t.server} lines={serverPane.value} />
      </div>
    </aside>
  );
}

function AccountOperations() {
  const fullName = useSignal('');
  const alias = useSignal('');
  const born = useSignal('');
  const typed = (): string => alias.value.trim();
  /** Whom an operation is for: the alias in the field, or who is connected. */
  const subject = (): string => typed() || (me.value ?? '');
  const person = () => ({
    name: typed(),
    fullName: fullName.value,
    born: sourceDate(born.value),
  });
  return (
    <>
      <div class="fields">
        <Field label={t.fullName} value={fullName} />
        <Field label={t.alias} value={alias} placeholder={me.value} />
        <Field label={t.born} value={born} type="date" />
      </div>
      <div class="buttons">
        <Operation name="REGISTER" run={() => register(person())} />
        <Operation name="UNREGISTER" run={() => unregister(subject())} />
        <Operation name="CONNECT" run={() => connect(subject())} />
        <Operation name="DISCONNECT" run={() => disconnect(subject())} />
        <Operation name="CONNECTED USERS" run={() => listUsers()} />
      </div>
    </>
  );
}

function SendOperations() {
  const dest = useSignal('');
  const text = useSignal('');
  const picker = useRef<HTMLInputElement>(null);
  const run = (operation: 'SEND' | 'SENDATTACH'): void => {
    const file = picker.current?.files?.[0];
    const to = dest.value.trim();
    if (me.value === undefined || !isOnline.value || to === '') {
      echo(operation, to, ...(operation === 'SENDATTACH' ? [file?.name ?? ''] : []), text.value);
      conclude(operation, to === '' ? 'unknown-user' : 'unreachable');
    } else if (operation === 'SEND') send(`p:${to}`, text.value);
    else if (file) sendFile(`p:${to}`, file, text.value);
    else picker.current?.click();
  };
  return (
    <>
      <div class="fields">
        <Field label={t.dest} value={dest} />
        <Field label={t.message} value={text} />
        <label>
          {t.file}
          <input type="file" ref={picker} />
        </label>
      </div>
      <div class="buttons">
        <Operation name="SEND" run={() => run('SEND')} />
        <Operation name="SENDATTACH" run={() => run('SENDATTACH')} />
      </div>
    </>
  );
}

function Operation({ name, run }: { name: string; run: () => void }) {
  return (
    <button type="button" onClick={run}>
      {name}
    </button>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: Signal<string>;
  readonly type?: 'date';
  readonly placeholder?: string | undefined;
}

function Field({ label, value, type, placeholder }: FieldProps) {
  return (
    <label>
      {label}
      <input
        {...(type && { type })}
        value={value.value}
        placeholder={placeholder ?? ''}
        autocomplete="off"
        autocapitalize="none"
        onInput={(event) => (value.value = event.currentTarget.value)}
      />
    </label>
  );
}

function Pane({ label, lines }: { label: string; lines: readonly string[] }) {
  const pane = useRef<HTMLPreElement>(null);
  useLayoutEffect(() => {
    if (pane.current) pane.current.scrollTop = pane.current.scrollHeight;
  }, [lines]);
  return (
    <pre ref={pane} role="log" aria-label={label} tabIndex={0}>
      {lines.join('\n')}
    </pre>
  );
}
