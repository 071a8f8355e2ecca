// Files that are sent and fetched: their progress, their end, and what is tried again.

import { send } from './outgoing';
import { askWhatWaits } from './server';
import { connection, hint, me, nameIn, nextAt, own, put, remove, uploads } from './state';
import { type Kept, randomText, tokens } from './store';
import { t } from './texts/index';
import { conclude, concludeSend, echo } from './transcript';
import * as http from './upload';

/** Files of this page's messages that were not sent yet: a reload cannot keep them. */
const files = new Map<string, File>();
const cancels = new Map<string, () => void>();
/** What waits for the server to be reached again. */
const held: (() => void)[] = [];

export const canSendAgain = (message: Kept): boolean => !message.file || files.has(message.key);

export function sendFile(talk: string, file: File, text = ''): void {
  const to = nameIn(talk);
  const key = randomText(12);
  const kept: Kept = {
    key,
    talk,
    from: me.value ?? '',
    mine: true,
    text,
    at: nextAt(),
    state: 'sending',
    file: { name: file.name, size: file.size },
  };
  files.set(key, file);
  echo('SENDATTACH', to, file.name, ...(text === '' ? [] : [text]));
  void put(kept);
  attempt(kept, file);
}

function attempt(kept: Kept, file: File): void {
  const name = me.value ?? '';
  const token = tokens.of(name) ?? '';
  const { key, text } = kept;
  const progress = (part: number | undefined): void => {
    const next = new Map(uploads.value);
    if (part === undefined) next.delete(key);
    else next.set(key, part);
    uploads.value = next;
  };
  progress(0);
  const stop = http.upload(
    { name, token },
    { to: nameIn(kept.talk), text, key, file },
    progress,
    (sent) => {
      cancels.delete(key);
      progress(undefined);
      if (me.value !== name) return;
      switch (sent.is) {
        case 'sent':
          files.delete(key);
          concludeSend('SENDATTACH', sent.id);
          void put({ ...kept, state: 'stored', id: sent.id, serial: sent.serial });
          askWhatWaits();
          return;
        case 'refused':
          conclude('SENDATTACH', sent.why);
          void put({ ...kept, state: 'failed', why: sent.why });
          return;
        case 'unreachable':
          // It is tried again as soon as the server can be reached; the key sees to it that it is sent once.
          if (connection.value.is === 'online') setTimeout(() => attempt(kept, file), 1000);
          else held.push(() => attempt(kept, file));
          return;
        case 'cancelled':
          remove(kept);
          files.delete(key);
          void own.history?.drop(key);
          return;
      }
    },
  );
  cancels.set(key, stop);
}

export const cancelUpload = (key: string): void => cancels.get(key)?.();

export function downloadFile(message: Kept): void {
  const { file, id, from } = message;
  const name = me.value;
  const token = name === undefined ? undefined : tokens.of(name);
  if (!file || id === undefined || name === undefined || token === undefined) return;
  void http.download({ name, token }, from, id).then((state) => {
    if (state === 'unreachable') hint.value = t.unreachable;
    else void put({ ...message, file: { ...file, state: state === 'gone' ? 'gone' : 'taken' } });
  });
}

export function sendAgain(message: Kept): void {
  remove(message);
  void own.history?.drop(message.key);
  const file = files.get(message.key);
  if (message.file && file) sendFile(message.talk, file, message.text);
  else if (!message.file) send(message.talk, message.text);
}

/** After coming back. */
export function attemptHeld(): void {
  for (const start of held.splice(0)) start();
}
