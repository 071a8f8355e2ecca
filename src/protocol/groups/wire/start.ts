// How a client's connection begins, so that other doors can tell whom it was meant for.

import { limits } from '../../limits';

/** The first two letters of those names, in lower case: nearly all other connections begin otherwise. */
const beginnings = ['ip', 'si', 'ac'].map((letters) => Buffer.from(letters).readUInt16BE());
const lowerCase = 0x20_20;
/** A first line that nothing but a header block has. */
const line =
  /^(?:IP: *[\da-f.:]+|Side: *client|Action: *(?:Re[qg]\.|File_transfer)[^\r\n]*) *\r?\n/i;

/** How such lines begin, as far as they have come. */
const starts = ['ip:', 'side:', 'action:'];

export function isClientStart(bytes: Uint8Array): boolean | undefined {
  const [first, second] = bytes;
  const begins =
    first === undefined ||
    second === undefined ||
    beginnings.includes((first << 8) | second | lowerCase);
  if (!begins) return false;
  const text = Buffer.from(bytes.subarray(0, limits.net.firstLineBytes)).toString('latin1');
  if (line.test(text)) return true;
  const begun = text.toLowerCase();
  const mayBecome = starts.some((start) => start.startsWith(begun) || begun.startsWith(start));
  return mayBecome && !text.includes('\n') ? undefined : false;
}
