// The first source's window: its seven buttons, its fields, and its two panes of text (source 1, section 5).

import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';

import { connect, disconnect, listUsers, register, unregister } from './account';
import { sendFile } from './attachments';
import { send } from './outgoing';
import { sourceDate } from './sign_in';
import { isHere, me, panel } from './state';
import { t } from './texts/index';
import { clearPanes, clientPane, conclude, echo, serverPane } from './transcript';

export function TranscriptWindow() {
  const name = useSignal('');
  const alias = useSignal('');
  const born = useSignal('');
  const dest = useSignal('');
  const text = useSignal('');
  const picker = useRef<HTMLInputElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => title.current?.focus(), []);

  /** Whom an operation is for: the alias in the field, or who is connected. */
  const typed = (): string => alias.value.trim() || (me.value ?? '');

  const sendAs = (operation: 'SEND' | 'SENDATTACH'): void => {
    const file = picker.current?.files?.[0];
    const to = dest.value.trim();
    if (me.value === undefined || !isHere.value || to === '') {
      echo(operation, to, ...(operation === 'SENDATTACH' ? [file?.name ?? ''] : []), text.value);
      conclude(operation, to === '' ? 'unknown-user' : 'unreachable');
    } else if (operation === 'SEND') {
      send(`p:${to}`, text.value);
    } else if (file) {
      sendFile(`p:${to}`, file, text.value);
    } else {
      picker.current?.click();
    }
  };

  return (
    <aside class="window" aria-labelledby="window-title">
      <header>
        <h2 id="window-title" tabIndex={-1} ref={title}>
          {t.window}
        </h2>
        <button type="button" class="quiet" onClick={clearPanes}>
          {t.clear}
        </button>
        <button
          type="button"
          class="quiet"
          aria-label={t.close}
          onClick={() => (panel.value = 'none')}
        >
          ×
        </button>
      </header>
      <div class="fields three">
        <Field label={t.fullName} value={name} />
        <Field label={t.alias} value={alias} placeholder={me.value} />
        <Field label={t.born} value={born} type="date" />
      </div>
      <div class="buttons">
        <button
          type="button"
          onClick={() =>
            register({
              name: alias.value.trim(),
              fullName: name.value,
              born: sourceDate(born.value),
            })
          }
        >
          REGISTER
        </button>
        <button type="button" onClick={() => unregister(typed())}>
          UNREGISTER
        </button>
        <button type="button" onClick={() => connect(typed())}>
          CONNECT
        </button>
        <button type="button" onClick={() => disconnect(typed())}>
          DISCONNECT
        </button>
        <button type="button" onClick={() => listUsers()}>
          CONNECTED USERS
        </button>
      </div>
      <div class="fields three">
        <Field label={t.dest} value={dest} />
        <Field label={t.message} value={text} />
        <label>
          {t.file}
          <input type="file" ref={picker} />
        </label>
      </div>
      <div class="buttons">
        <button type="button" onClick={() => sendAs('SEND')}>
          SEND
        </button>
        <button type="button" onClick={() => sendAs('SENDATTACH')}>
          SENDATTACH
        </button>
      </div>
      <div class="panes">
        <Pane label={t.client} lines={clientPane.value} />
        <Pane label={t.server} lines={serverPane.value} />
      </div>
    </aside>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: { value: string };
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
