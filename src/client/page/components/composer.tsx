// The field for what is to be said: Enter sends; files come by the button, by pasting or by dropping.

import { useLayoutEffect, useRef } from 'preact/hooks';

import { byteLength } from '../../../protocol/bytes/text';
import { limits } from '../../../protocol/limits';
import { saveEdit } from '../actions';
import { sendFile } from '../attachments';
import { send } from '../outgoing';
import { editing, hint, kindOf, nameIn, replying, storage } from '../state';
import { t } from '../texts/index';

interface ComposerProps {
  readonly conversation: string;
}

export function Composer({ conversation }: ComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const takesFiles = kindOf(conversation) === 'p';
  const sendAll = (files: FileList | null | undefined): void => {
    for (const file of files ?? []) sendFile(conversation, file);
  };
  const submit = (): void => {
    if (field.current) submitText(conversation, field.current);
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Context />
      {takesFiles && <FilePicker picked={sendAll} />}
      <TextField
        conversation={conversation}
        field={field}
        submit={submit}
        pasted={takesFiles ? sendAll : undefined}
      />
      <button class="primary round" aria-label={t.send} title={t.send}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M4 12 20 4l-4 16-4.5-6.5zM11.5 13.5 20 4" />
        </svg>
      </button>
    </form>
  );
}

/** What is being answered, or changed. */
function Context() {
  const message = editing.value ?? replying.value;
  if (!message) return null;
  const cancel = (): void => {
    if (editing.value) storage.local.setDraft(message.conversation, '');
    editing.value = undefined;
    replying.value = undefined;
  };
  return (
    <p class="context">
      <span dir="auto">
        {editing.value ? t.editing : t.replyTo(message.mine ? t.you : message.from)}: {message.text}
      </span>
      <button type="button" class="quiet" aria-label={t.cancel} onClick={cancel}>
        ×
      </button>
    </p>
  );
}

/** Sends what stands in the field, if it is something and not too long. */
function submitText(conversation: string, field: HTMLTextAreaElement): void {
  const text = field.value.trim();
  if (text === '') return;
  if (byteLength(text) > limits.hub.textBytes) {
    hint.value = t.reasons['too-long'] ?? '';
    return;
  }
  const edited = editing.value;
  if (edited) saveEdit(edited, text);
  else send(conversation, text, replying.value?.serial);
  replying.value = undefined;
  storage.local.setDraft(conversation, '');
  field.value = '';
  fit(field);
  field.focus();
}

/** The field is as high as its lines. */
function fit(field: HTMLTextAreaElement): void {
  field.rows = Math.min(limits.page.composerRows, field.value.split('\n').length);
}

function FilePicker({ picked }: { picked: (files: FileList | null) => void }) {
  const picker = useRef<HTMLInputElement>(null);
  return (
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
          picked(event.currentTarget.files);
          event.currentTarget.value = '';
        }}
      />
    </>
  );
}

interface TextFieldProps extends ComposerProps {
  readonly field: { current: HTMLTextAreaElement | null };
  readonly submit: () => void;
  /** Undefined where files cannot be sent. */
  readonly pasted: ((files: FileList) => void) | undefined;
}

function TextField({ conversation, field, submit, pasted }: TextFieldProps) {
  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.value = storage.local.draft(conversation);
    fit(area);
    // A phone's keyboard would cover half of what was said.
    if (matchMedia('(pointer: fine)').matches) area.focus();
    else document.getElementById('conversation')?.focus();
  }, [conversation]);
  const edited = editing.value;
  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.value = edited ? edited.text : storage.local.draft(conversation);
    fit(area);
    if (edited) area.focus();
  }, [edited?.key]);
  return (
    <textarea
      ref={field}
      rows={1}
      aria-label={t.messageTo(nameIn(conversation))}
      placeholder={t.message}
      dir="auto"
      enterkeyhint="send"
      onInput={(event) => {
        if (!editing.value) storage.local.setDraft(conversation, event.currentTarget.value);
        fit(event.currentTarget);
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        submit();
      }}
      onPaste={(event) => {
        const files = event.clipboardData?.files;
        if (!pasted || !files || files.length === 0) return;
        event.preventDefault();
        pasted(files);
      }}
    />
  );
}
