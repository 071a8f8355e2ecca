// One message: its text, never read as HTML, its file, its time and its ticks.

import { useSignal } from '@preact/signals';

import { withMarks } from '../../../protocol/bytes/escape';
import { limits } from '../../../protocol/limits';
import { cancelUpload, canSendAgain, downloadFile, sendAgain, takeFile } from '../attachments';
import { reasonFor } from '../faults';
import { uploads } from '../state';
import type { StoredMessage } from '../store';
import { locale, t } from '../texts/index';
import { MessageActions, Quote, Reactions } from './message_actions';

const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
const calendar = new Intl.DateTimeFormat(locale, { dateStyle: 'long' });
const whole = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'medium' });

const timeOf = ({ time, at }: StoredMessage): number => time ?? at;
export const dayOf = (message: StoredMessage): string => calendar.format(timeOf(message));

/** Sizes of files, in the language's own numbers. */
export function sizeText(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  const step = bytes < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3));
  const unit = units[step] ?? 'byte';
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: step === 0 ? 0 : 1,
  }).format(bytes / 1000 ** step);
}

interface BubbleProps {
  readonly message: StoredMessage;
  /** The message before is of the same person. */
  readonly follows: boolean;
  /** Several people speak in this conversation, so the message shows who said it. */
  readonly isShared: boolean;
}

export function Bubble({ message, follows, isShared }: BubbleProps) {
  const { mine, state, from, text, file } = message;
  if (state === 'note') return <p class="note">{text}</p>;
  const at = timeOf(message);
  return (
    <article class={`bubble ${mine ? 'mine' : 'theirs'} ${follows ? 'follows' : ''} is-${state}`}>
      <span class={isShared && !mine && !follows ? 'from' : 'unseen'}>
        <bdi>{mine ? t.you : from}</bdi>{' '}
      </span>
      <Quote message={message} />
      {text !== '' && <Text text={text} />}
      {message.isDeleted === true && <p class="text deleted">{t.deleted}</p>}
      {file && <AttachedFile message={message} />}
      <Reactions message={message} />
      <footer>
        {state === 'failed' && <Failure message={message} />}
        <time dateTime={new Date(at).toISOString()} title={whole.format(at)}>
          {clock.format(at)}
        </time>
        {message.isEdited === true && <span>{t.edited}</span>}
        {message.reached && <span>{t.reached(message.reached.got, message.reached.of)}</span>}
        {mine && <Ticks state={state} />}
      </footer>
      <MessageActions message={message} />
    </article>
  );
}

/** A text of thousands of lines would push all others away: of a tall one the beginning, and the rest for who wants it. */
function Text({ text }: { text: string }) {
  const isWhole = useSignal(false);
  const beginning = beginningOf(text);
  return (
    <>
      <p class="text" dir="auto">
        {isWhole.value || beginning === text ? text : `${beginning}…`}
      </p>
      {beginning !== text && (
        <button
          type="button"
          class="quiet"
          aria-expanded={isWhole.value}
          onClick={() => (isWhole.value = !isWhole.value)}
        >
          {isWhole.value ? t.showLess : t.showAll}
        </button>
      )}
    </>
  );
}

/** As much of a text as is shown at first. */
function beginningOf(text: string): string {
  const most = limits.page.bubbleCharacters;
  // Not half of a character.
  const short = text.length > most ? text.slice(0, most).replace(/[\ud800-\udbff]$/, '') : text;
  const lines = short.split('\n');
  return lines.length > limits.page.bubbleLines
    ? lines.slice(0, limits.page.bubbleLines).join('\n')
    : short;
}

function Failure({ message }: { message: StoredMessage }) {
  const { why } = message;
  return (
    <>
      <span class="fault">
        {t.failed}
        {why !== undefined && `: ${reasonFor(why)}`}
      </span>
      {canSendAgain(message) && (
        <button type="button" class="quiet" onClick={() => sendAgain(message)}>
          {t.sendAgain}
        </button>
      )}
    </>
  );
}

function Ticks({ state }: { state: StoredMessage['state'] }) {
  switch (state) {
    case 'sending':
      return <Tick label={t.sending} path="M8 3.5v4.5l3 2" isRound />;
    case 'stored':
      return <Tick label={t.stored} path="m3 8.5 3.5 3.5L13 4.5" />;
    case 'delivered':
      return <Tick label={t.delivered} path="m1 8.5 3.5 3.5L11 4.5M8.5 12 15 4.5" />;
    case 'failed':
    case 'received':
    case 'note':
      return null;
  }
}

function Tick({ label, path, isRound }: { label: string; path: string; isRound?: boolean }) {
  return (
    <svg class="tick" viewBox="0 0 16 16" role="img" aria-label={label}>
      <title>{label}</title>
      {isRound === true && <circle cx="8" cy="8" r="6" />}
      <path d={path} />
    </svg>
  );
}

/** Whether the server may still have the file: of what has a place in its history it does. */
const isFetchable = ({ mine, state, serial, file }: StoredMessage): boolean =>
  file !== undefined &&
  file.state !== 'gone' &&
  (serial !== undefined || (!mine && state === 'received' && file.state !== 'taken'));

function AttachedFile({ message }: { message: StoredMessage }) {
  const { file, key, mine } = message;
  if (!file) return null;
  const part = uploads.value.get(key);
  return (
    <div class="file">
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d="M6 2h8l5 5v15H6zM14 2v5h5" />
      </svg>
      <span class="label">
        <bdi>{withMarks(file.name)}</bdi>
        <small>
          {sizeText(file.size)}
          {(file.state === 'fetched' || file.state === 'taken') && `, ${t.downloaded}`}
          {file.state === 'gone' && `, ${t.gone}`}
        </small>
      </span>
      {part !== undefined && (
        <>
          <progress value={part} max={1} aria-label={`${t.sending}: ${withMarks(file.name)}`} />
          <button type="button" class="quiet" onClick={() => cancelUpload(key)}>
            {t.cancel}
          </button>
        </>
      )}
      {isFetchable(message) && (
        <button type="button" onClick={() => downloadFile(message)}>
          {t.download}
        </button>
      )}
      {!mine && file.state === 'fetched' && (
        <button type="button" class="quiet" title={t.haveItWhy} onClick={() => takeFile(message)}>
          {t.haveIt}
        </button>
      )}
    </div>
  );
}
