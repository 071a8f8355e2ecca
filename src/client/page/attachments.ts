// Files that are sent and fetched: their progress, their end, and what is tried again.

import { limits } from '../../protocol/limits';
import {
  confirmFile,
  download,
  type Identity,
  type ReceivedFile,
  upload,
  type UploadResult,
} from './http';
import { send } from './outgoing';
import { refreshUndelivered } from './server';
import {
  connection,
  conversations,
  dropMessage,
  hint,
  me,
  nameIn,
  nextTimestamp,
  putMessage,
  uploads,
} from './state';
import { newKey, type StoredMessage, tokens } from './store';
import { t } from './texts/index';
import { conclude, concludeSend, echo } from './transcript';

/** Files of this page's messages that were not sent yet, by key: a reload cannot keep them. */
const files = new Map<string, File>();
const cancels = new Map<string, () => void>();
/** Uploads that wait until the server can be reached again. */
const heldUploads: (() => void)[] = [];

export const canSendAgain = (message: StoredMessage): boolean =>
  !message.file || files.has(message.key);

export function sendFile(conversation: string, file: File, text = ''): void {
  const key = newKey();
  const message: StoredMessage = {
    key,
    conversation,
    from: me.value ?? '',
    mine: true,
    text,
    at: nextTimestamp(),
    state: 'sending',
    file: { name: file.name, size: file.size },
  };
  files.set(key, file);
  echo('SENDATTACH', nameIn(conversation), file.name, ...(text === '' ? [] : [text]));
  void putMessage(message);
  startUpload(message, file);
}

function startUpload(message: StoredMessage, file: File): void {
  const name = me.value ?? '';
  const token = tokens.of(name) ?? '';
  const { key, text, conversation } = message;
  setProgress(key, 0);
  const cancel = upload(
    { name, token },
    { to: nameIn(conversation), text, key, file },
    (part) => setProgress(key, part),
    (result) => {
      cancels.delete(key);
      setProgress(key, undefined);
      if (me.value === name) uploadEnded(message, file, result);
    },
  );
  cancels.set(key, cancel);
}

/** `part`: from 0 to 1; undefined: the upload is over. */
function setProgress(key: string, part: number | undefined): void {
  const next = new Map(uploads.value);
  if (part === undefined) next.delete(key);
  else next.set(key, part);
  uploads.value = next;
}

/** A receipt may come ahead of the answer. */
function stateOf({ conversation, key }: StoredMessage): 'stored' | 'delivered' {
  const now = conversations.value.get(conversation)?.find((one) => one.key === key);
  return now?.state === 'delivered' ? 'delivered' : 'stored';
}

function uploadEnded(message: StoredMessage, file: File, result: UploadResult): void {
  const { key } = message;
  const retry = (): void => startUpload(message, file);
  switch (result.is) {
    case 'sent':
      files.delete(key);
      concludeSend('SENDATTACH', result.id);
      void putMessage({
        ...message,
        state: stateOf(message),
        id: result.id,
        serial: result.serial,
      });
      refreshUndelivered();
      return;
    case 'refused':
      conclude('SENDATTACH', result.why);
      void putMessage({ ...message, state: 'failed', why: result.why });
      return;
    case 'unreachable':
      // It is tried again as soon as the server can be reached. Its key has the server take it once.
      if (connection.value.is === 'online') setTimeout(retry, limits.page.uploadRetryMs);
      else heldUploads.push(retry);
      return;
    case 'cancelled':
      files.delete(key);
      dropMessage(message);
      return;
  }
}

export const cancelUpload = (key: string): void => cancels.get(key)?.();

/** The server keeps the file as long as its message; where it has no history, until the user says that it has come. */
export const downloadFile = (message: StoredMessage): void =>
  withFile(message, async (identity, file) => {
    const { serial } = message;
    const result = await download(identity, file);
    // A server that keeps no history knows it by the sender's number only.
    const again = result === 'gone' && serial !== undefined;
    const found = again ? await download(identity, { serial }) : result;
    if (found !== 'started') return found;
    return message.file?.state === 'taken' || again ? 'taken' : 'fetched';
  });

/** The user has the file. */
export const takeFile = (message: StoredMessage): void => withFile(message, confirmFile);

function withFile(
  message: StoredMessage,
  act: (
    identity: Identity,
    file: ReceivedFile,
  ) => Promise<'fetched' | 'taken' | 'gone' | 'unreachable'>,
): void {
  const { file, id, from } = message;
  const name = me.value;
  const token = name === undefined ? undefined : tokens.of(name);
  const { serial, mine } = message;
  if (!file || name === undefined || token === undefined) return;
  const received = mine || id === undefined ? serial !== undefined && { serial } : { from, id };
  if (received === false) return;
  void act({ name, token }, received).then((state) => {
    if (state === 'unreachable') hint.value = t.unreachable;
    else void putMessage({ ...message, file: { ...file, state } });
  });
}

/** Sends a message that failed once more, as a new one. */
export function sendAgain(message: StoredMessage): void {
  dropMessage(message);
  const file = files.get(message.key);
  if (message.file && file) sendFile(message.conversation, file, message.text);
  else if (!message.file) send(message.conversation, message.text);
}

/** After a login. */
export function retryHeldUploads(): void {
  for (const retry of heldUploads.splice(0)) retry();
}
