// What cuts, searches or cleans a peer's text does so in linear time, and no text becomes much in any dialect.

import { expect, test } from 'bun:test';

import * as escape from '../../src/protocol/bytes/escape';
import { HeaderReader } from '../../src/protocol/bytes/headers';
import { Inbox } from '../../src/protocol/bytes/inbox';
import * as texts from '../../src/protocol/bytes/text';
import { baseNameFor, isFullName } from '../../src/protocol/bytes/validation';
import * as channels from '../../src/protocol/channels/server/events';
import { frameBytes, framesOfBytes, framesOfTyped } from '../../src/protocol/channels/wire/frames';
import * as groupsInput from '../../src/protocol/groups/client/input';
import { bodiesOf } from '../../src/protocol/groups/server/bodies';
import { namesIn, usersIn } from '../../src/protocol/groups/wire/codec';
import { limits } from '../../src/protocol/limits';
import { parseLine } from '../../src/protocol/mailbox/client/input';
import * as mailbox from '../../src/protocol/mailbox/server/events';
import { encodeCall, fileInNote } from '../../src/protocol/mailbox/wire/call_codec';
import { RequestReader } from '../../src/protocol/mailbox/wire/codec';
import { completions } from '../../src/protocol/market/client/commands';
import * as market from '../../src/protocol/market/server/events';
import * as marketCodec from '../../src/protocol/market/wire/codec';
import { LineReader } from '../../src/protocol/market/wire/lines';
import type { Direct, FileHash, Name } from '../../src/protocol/model';
import { typedOf } from '../../src/protocol/relay/client/commands';
import * as relay from '../../src/protocol/relay/server/events';
import { encodeFrame } from '../../src/protocol/relay/wire/codec';
import { messageOf } from '../../src/protocol/web/server/events';
import { encodeLine, takeLine } from '../../src/protocol/web/wire/codec';
import { isPlainPattern, workOf } from '../support/work';

const units = 64 * 1024;

/** What 64 KiB of text are made of: each class of characters, and what searches have to try again and again. */
const kinds: Readonly<Record<string, string>> = {
  letters: 'a',
  'different words': Array.from({ length: units / 8 }, (_, at) => `w${at}`.padEnd(8)).join(''),
  spaces: ' ',
  'spaces between words': `x${' '.repeat(units - 2)}y`,
  'runs of spaces as long as a part': `${' '.repeat(254)}x`,
  tabs: '\t',
  LF: '\n',
  CR: '\r',
  'CR LF': '\r\n',
  NUL: '\0',
  ESC: '\x1b',
  C1: '\u0085',
  'bidirectional controls': '\u202e',
  joiners: '\u200d',
  'variation selectors': '\ufe0f',
  'half of a pair': '\ud800',
  'two bytes': 'é',
  'three bytes': '€',
  'four bytes': '😀',
  'combining marks': 'a\u0301',
  slashes: '/',
  quotes: '"',
  colons: ': ',
  dashes: ' -',
  brackets: '<>',
  'open brackets': '<',
  'closing brackets': '>',
  digits: '7',
  'file notes': '(file x, 1 bytes: GETFILE ',
  emojis: ':smile',
};
const textOf = (kind: string): string => {
  const unit = kinds[kind] ?? '';
  return unit.repeat(Math.ceil(units / unit.length)).slice(0, units);
};

/** A text as a peer may send it: three bytes at a time. */
function inPieces(text: string, received: (inbox: Inbox) => unknown): void {
  const bytes = texts.encodeText(text);
  const inbox = new Inbox();
  for (let at = 0; at < bytes.length; at += 3) {
    inbox.push(bytes.subarray(at, at + 3));
    received(inbox);
    inbox.compact();
  }
}

const longestName = 'x'.repeat(limits.hub.nameBytes) as Name;
const direct = (text: string, file: boolean): Direct => ({
  is: 'direct',
  serial: 1,
  id: 1,
  from: longestName,
  to: 'bob' as Name,
  text,
  origin: 'elsewhere',
  at: 0,
  ...(file && {
    file: { name: 'f'.repeat(255), size: 5, hash: 'h' as FileHash },
  }),
});

/** How each dialect says a text that came by another door: its messages, or its lines. */
const says: Readonly<Record<string, (message: Direct) => readonly Uint8Array[]>> = {
  mailbox: (message) => mailbox.callsFor(message, false, true).map((call) => encodeCall(call)),
  'mailbox, attachments': (message) =>
    mailbox.callsFor(message, true, true).map((call) => encodeCall(call)),
  'mailbox, not proved': (message) =>
    mailbox.callsFor(message, false, false).map((call) => encodeCall(call)),
  channels: (message) => split(channels.framesOfEvent(message), frameBytes),
  market: (message) =>
    texts
      .decodeLossy(market.bytesOfEvent(message) ?? new Uint8Array())
      .split(/(?<=\n)/)
      .map(texts.encodeText),
  relay: (message) =>
    relay
      .framesOfEvent(message)
      .map(({ body }) =>
        encodeFrame({ origin: 0, destination: 0, sequence: 0, timestamp: 0, ...body }, true),
      ),
  groups: ({ text }) => bodiesOf({ text }),
  web: (message) => [encodeLine(messageOf(message))],
};

function split(bytes: Uint8Array | undefined, size: number): Uint8Array[] {
  const count = (bytes?.length ?? 0) / size;
  return Array.from(
    { length: count },
    (_, at) => bytes?.subarray(at * size, (at + 1) * size) ?? new Uint8Array(),
  );
}

const splitters: Readonly<Record<string, (text: string) => unknown>> = {
  ...Object.fromEntries(
    Object.entries(says).map(([name, say]) => [
      `what is said in ${name}`,
      (text: string) => say(direct(text, false)),
    ]),
  ),
  withoutControls: texts.withoutControls,
  oneLine: texts.oneLine,
  linesOf: texts.linesOf,
  'cutText to 4': (text) => texts.cutText(text, 4),
  'cutText to 255': (text) => texts.cutText(text, 255),
  bareName: texts.bareName,
  shortName: texts.shortName,
  escapeForTerminal: escape.escapeForTerminal,
  escapeLines: escape.escapeLines,
  baseNameFor,
  isFullName,
  'channels, typed': framesOfTyped,
  'channels, raw': (text) => framesOfBytes('[x] ', texts.encodeText(text)),
  'market, typed': marketCodec.requestOf,
  'market, private': (text) => marketCodec.requestOf(`:p - ${text}`),
  'market, private to a bare name': (text) => marketCodec.requestOf(`:p - x${text}y`),
  'market, transfer': (text) => marketCodec.requestOf(`:t - x${text}y`),
  'market, answer': marketCodec.answerOf,
  'market, heard': (text) => marketCodec.messageOf(`<${text}`),
  'market, completed': (text) => completions(text, []),
  'market, lines': (text) => {
    const reader = new LineReader(limits.market.lineBytes);
    inPieces(text, (inbox) => reader.take(inbox));
  },
  'groups, headers': (text) => {
    const reader = new HeaderReader(units * 4);
    inPieces(text, (inbox) => reader.take(inbox));
  },
  'groups, headers, as one': (text) => {
    const inbox = new Inbox();
    inbox.push(texts.encodeText(`a: ${text}\n\n`));
    new HeaderReader(units * 4).take(inbox);
  },
  'groups, typed': groupsInput.inputOf,
  'groups, addressed': groupsInput.addressedOf,
  'groups, users': (text) => usersIn(texts.encodeText(text)),
  'groups, names': (text) => namesIn(texts.encodeText(text)),
  'mailbox, typed': parseLine,
  'mailbox, note of a file': fileInNote,
  'mailbox, request': (text) => {
    const reader = new RequestReader();
    const refuseLate = (inbox: Inbox): void => {
      const reading = reader.read(inbox);
      if (reading === undefined) return;
      inbox.takeAll();
    };
    inPieces(text, refuseLate);
  },
  'relay, typed': typedOf,
  'web, lines': (text) => inPieces(text, (inbox) => takeLine(inbox, units * 4)),
};

/** Patterns that are linear though it takes more than a look: what follows a repetition cannot be a part of it. */
const reviewed: ReadonlySet<string> = new Set([
  '"([^"]*)"|[^\\s"]+',
  // The words behind a space are looked at once each.
  '^(.+) (\\S+) (\\d{1,5})$',
  '^(?:"([^"]*)"|(\\S+))(?:\\s([^]*))?$',
  '^:(?:p|t|block|unblock)\\s+-\\s+\\S*$',
  '^<([^<>]+)>(?:: ?(.*))?$',
  '^<([^<>]+)>\\s*-(.*)$',
  '^@(\\d+)(?:\\s(.*))?$',
  '^[+-]?[0-9]+(?:\\.[0-9]*)?$',
]);

/** Steps for each byte of a text: many small looks, but no second look at all of it for each part. */
const stepsPerByte = 64;

test.each(Object.keys(splitters))('%s is linear', (name) => {
  const faults: unknown[] = [];
  for (const kind of Object.keys(kinds)) {
    const text = textOf(kind);
    const { steps, patterns } = workOf(() => splitters[name]?.(text));
    const perByte = steps / texts.byteLength(text);
    if (perByte > stepsPerByte) faults.push({ kind, perByte });
    for (const pattern of patterns) {
      if (!isPlainPattern(pattern) && !reviewed.has(pattern)) faults.push({ kind, pattern });
    }
  }
  expect(faults).toEqual([]);
});

test.each(Object.keys(says))('64 KiB become a bounded part of themselves in %s', (name) => {
  const faults: unknown[] = [];
  for (const kind of Object.keys(kinds)) {
    const said = says[name]?.(direct(texts.withoutControls(textOf(kind)), true)) ?? [];
    const bytes = said.reduce((sum, part) => sum + part.length, 0);
    const isBounded =
      // The mark of the rest and the note of the file come behind the last part.
      said.length <= limits.text.parts + 10 &&
      // The dialect's own words around each part come on top: headers, names, padding.
      bytes <= 2 * limits.text.partsBytes;
    if (!isBounded || said.length === 0) faults.push({ kind, parts: said.length, bytes });
  }
  expect(faults).toEqual([]);
});
