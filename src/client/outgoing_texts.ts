// What `chat send` is to say: the text given, standard input as one message, or each of its lines as it comes.

import { CliError, exit } from '../cli/exit';
import type { Io } from '../cli/io';
import { byteLength, decodeText, linesOf } from '../protocol/bytes/text';
import { limits } from '../protocol/limits';

/** A text to be sent, or why it cannot be. */
export type OutgoingText = { readonly text: string } | { readonly bad: CliError };

export interface TextSource {
  readonly text: string;
  readonly isByLine: boolean;
  /** Bytes that one text may have. */
  readonly textBytes: number | undefined;
  readonly dialect: string;
}

/** The texts in order; standard input is read no further ahead than the line that is being sent. */
export async function* outgoingTexts(
  source: TextSource,
  io: Io,
): AsyncGenerator<OutgoingText, void> {
  const most = source.textBytes ?? limits.client.inputBytes;
  if (source.text !== '-') {
    for (const text of source.isByLine ? linesOf(source.text) : [source.text]) {
      yield checked(text, source);
    }
  } else if (source.isByLine) {
    for await (const line of linesIn(inputOf(io), most)) yield read(line, source);
  } else {
    yield read(await wholeOf(inputOf(io), most, io.input.isTerminal), source);
  }
}

/** Standard input; a folder for instance opens as one, but cannot be read. */
async function* inputOf(io: Io): AsyncGenerator<Uint8Array, void> {
  try {
    yield* io.input.stream();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(exit.badData, `standard input cannot be read: ${why}`);
  }
}

/** The text that bytes stand for; undefined bytes were too many to be looked at. */
function read(bytes: Uint8Array | undefined, source: TextSource): OutgoingText {
  if (bytes === undefined)
    return { bad: tooLong(source, `more than ${source.textBytes ?? limits.client.inputBytes}`) };
  const text = decodeText(bytes);
  if (text === undefined) return { bad: new CliError(exit.badData, 'the text is not UTF-8') };
  return checked(text, source);
}

function checked(text: string, source: TextSource): OutgoingText {
  const bytes = byteLength(text);
  const isTooLong = source.textBytes !== undefined && bytes > source.textBytes;
  return isTooLong ? { bad: tooLong(source, String(bytes)) } : { text };
}

function tooLong({ textBytes, dialect, isByLine }: TextSource, bytes: string): CliError {
  const most = textBytes ?? limits.client.inputBytes;
  return new CliError(
    exit.badData,
    `the text has ${bytes} bytes, and ${dialect} takes at most ${most}`,
    isByLine
      ? 'send it as a file with --attach FILE'
      : 'send each of its lines by itself with --lines, or the whole as a file with --attach FILE',
  );
}

const lineFeed = 10;
const carriageReturn = 13;

/**
 * All of a stream but its final line end; undefined if that is more than `most` bytes. Somebody who types
 * is done with the line.
 */
async function wholeOf(
  input: AsyncIterable<Uint8Array>,
  most: number,
  isTyped: boolean,
): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of input) {
    pieces.push(piece);
    length += piece.length;
    if (length > most + 2) return undefined;
    if (isTyped && piece.includes(lineFeed)) break;
  }
  const whole = withoutLineEnd(Buffer.concat(pieces));
  return whole.length > most ? undefined : whole;
}

/** The lines of a stream; undefined for each that has more than `most` bytes. Empty ones are left out. */
async function* linesIn(
  input: AsyncIterable<Uint8Array>,
  most: number,
): AsyncGenerator<Uint8Array | undefined, void> {
  let held: Uint8Array = new Uint8Array(0);
  let isTooLong = false;
  const line = (): Uint8Array | undefined => {
    const bytes = withoutReturn(held);
    held = new Uint8Array(0);
    const isWhole = !isTooLong && bytes.length <= most;
    isTooLong = false;
    return isWhole ? bytes : undefined;
  };
  for await (const piece of input) {
    let start = 0;
    for (let end = piece.indexOf(lineFeed); end >= 0; end = piece.indexOf(lineFeed, start)) {
      held = Buffer.concat([held, piece.subarray(start, end)]);
      start = end + 1;
      const bytes = line();
      if (bytes?.length !== 0) yield bytes;
    }
    if (!isTooLong) held = Buffer.concat([held, piece.subarray(start)]);
    // The rest of a line that is too long anyway is not kept.
    if (held.length > most + 1) {
      isTooLong = true;
      held = new Uint8Array(0);
    }
  }
  if (held.length > 0 || isTooLong) yield line();
}

/** Without one LF or CR LF at its end. */
function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  return bytes.at(-1) === lineFeed ? withoutReturn(bytes.subarray(0, -1)) : bytes;
}

function withoutReturn(bytes: Uint8Array): Uint8Array {
  return bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes;
}
