// The field for what is to be said: Enter sends, files come by button, paste or drop.

import { useLayoutEffect, useRef } from 'preact/hooks';

import { byteLength } from '../../protocol/bytes/text';
import { limits } from '../../protocol/limits';
import { sendFile } from './attachments';
import { send } from './outgoing';
import { hint, kindOf, nameIn, own } from './state';
import { t } from './texts/index';

export function Composer({ talk }: { talk: string }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const takesFiles = kindOf(talk) === 'p';

  const fit = (): void => {
    const area = field.current;
    if (!area) return;
    area.rows = Math.min(8, area.value.split('\n').length);
  };
  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.value = own.notes.draft(talk);
    fit();
    // A phone's keyboard would cover half of what was said.
    if (matchMedia('(pointer: fine)').matches) area.focus();
    else document.getElementById('talk')?.focus();
  }, [talk]);

  const submit = (): void => {
    const area = field.current;
    const text = area?.value.trim() ?? '';
    if (!area || text === '') return;
    if (byteLength(text) > limits.hub.textBytes) {
      hint.value = t.reasons['too-long'] ?? '';
      return;
    }
    send(talk, text);
    own.notes.setDraft(talk, '');
    area.value = '';
    fit();
    area.focus();
  };

  const sendAll = (files: FileList | null | undefined): void => {
    for (const file of files ?? []) sendFile(talk, file);
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {takesFiles && (
        <>
          <button
            type="button"
            class="quiet round"
            aria-label={t.attach}
            title={t.attach}
            onClick={() => picker.current?.click()}
          >
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d="m8 12 6-6a3 3 0 0 1 4.2 4.2l-8 8a5 5 0 0 1-7-7L11 3.5" />
            </svg>
          </button>
          <input
            ref={picker}
            class="picker"
            type="file"
            multiple
            hidden
            aria-label={t.attach}
            onChange={(event) => {
              sendAll(event.currentTarget.files);
              event.currentTarget.value = '';
            }}
          />
        </>
      )}
      <textarea
        ref={field}
        rows={1}
        aria-label={t.messageTo(nameIn(talk))}
        placeholder={t.message}
        dir="auto"
        enterkeyhint="send"
        onInput={(event) => {
          own.notes.setDraft(talk, event.currentTarget.value);
          fit();
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          submit();
        }}
        onPaste={(event) => {
          const files = event.clipboardData?.files;
          if (!takesFiles || !files || files.length === 0) return;
          event.preventDefault();
          sendAll(files);
        }}
      />
      <button class="primary round" aria-label={t.send} title={t.send}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M4 12 20 4l-4 16-4.5-6.5zM11.5 13.5 20 4" />
        </svg>
      </button>
    </form>
  );
}
