// The texts that `chat send` sends: its argument, standard input as one text, or each line of it as it comes.

import { CliError, exit } from '../cli/exit';
import type { Io } from '../cli/io';
import { byteLength, decodeText, linesOf } from '../protocol/bytes/text';
import { limits } from '../protocol/limits';
import { inputOf, linesIn, readAll } from './read_input';

/** A text to send (or bytes that are none, where the dialect takes any), or why it cannot be sent. */
export type OutgoingText =
  { readonly text: string; readonly bytes?: Uint8Array } | { readonly error: CliError };

export interface TextSource {
  /** The text of the argument; `-` stands for standard input. */
  readonly text: string;
  /** Whether each line is a text of its own. */
  readonly isByLine: boolean;
  /** Whether a text without a byte is one; else it is more likely a variable that was never set. */
  readonly mayBeEmpty: boolean;
  /** Whether the dialect takes bytes that are no text. */
  readonly takesBytes: boolean;
  /** Bytes that one text may have in the dialect; undefined if it has no bound. */
  readonly textBytes: number | undefined;
  readonly dialect: string;
}

/** The texts in order. Standard input is read no further than the line that is being sent. */
export async function* outgoingTexts(
  source: TextSource,
  io: Io,
): AsyncGenerator<OutgoingText, void> {
  const maxBytes = maxBytesOf(source);
  if (source.text !== '-') {
    for (const text of source.isByLine ? linesOf(source.text) : [source.text]) {
      yield checked(text, source);
    }
  } else if (source.isByLine) {
    for await (const line of linesIn(inputOf(io), maxBytes)) yield decoded(line, source);
  } else {
    const bytes = await readAll(inputOf(io), maxBytes, io.input.isTerminal);
    yield decoded(bytes, source);
  }
}

/** The text that bytes encode. The bytes are undefined if there were too many of them to keep. */
function decoded(bytes: Uint8Array | undefined, source: TextSource): OutgoingText {
  if (bytes === undefined) return { error: tooLong(source, `more than ${maxBytesOf(source)}`) };
  const text = decodeText(bytes);
  if (text === undefined && source.takesBytes) return { text: '', bytes };
  if (text === undefined) return { error: new CliError(exit.badData, 'the text is not UTF-8') };
  return checked(text, source);
}

function checked(text: string, source: TextSource): OutgoingText {
  const bytes = byteLength(text);
  if (text === '' && !source.mayBeEmpty) return { error: emptyText() };
  const isTooLong = source.textBytes !== undefined && bytes > source.textBytes;
  return isTooLong ? { error: tooLong(source, String(bytes)) } : { text };
}

const maxBytesOf = ({ textBytes }: TextSource): number => textBytes ?? limits.client.inputBytes;

function tooLong(source: TextSource, bytes: string): CliError {
  return new CliError(
    exit.badData,
    `the text has ${bytes} bytes, and ${source.dialect} takes at most ${maxBytesOf(source)}`,
    source.isByLine
      ? 'send it as a file with --attach FILE'
      : 'send each of its lines by itself with --lines, or the whole as a file with --attach FILE',
  );
}

export const emptyText = (): CliError =>
  new CliError(exit.badData, 'the text is empty', '--allow-empty sends it all the same');
