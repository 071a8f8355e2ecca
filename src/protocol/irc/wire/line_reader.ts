// Takes one line after the other out of what arrived, and says what is wrong with those that are none.

import type { Inbox } from '../../bytes/inbox';
import { decodeLossy, decodeText } from '../../bytes/text';
import { limits } from '../../limits';

/** `endless`: so much without an end that nobody can say where the next line begins. */
export type Line =
  | { readonly is: 'line'; readonly text: string }
  | { readonly is: 'too-long' }
  | { readonly is: 'not-utf8'; readonly command: string }
  | { readonly is: 'endless' };

const lf = 0x0a;
const cr = 0x0d;
const at = 0x40;
const space = 0x20;
const lineEnd = '\r\n';

/**
 * The next line without its end, or undefined while it is not whole. A line ends with LF, and CR before it belongs to it.
 * Any other CR is dropped, as NUL is: some programs take it for the end of a line, which others could so forge.
 */
export function takeLine(inbox: Inbox): Line | undefined {
  const end = inbox.indexOf(lf);
  if (end < 0) return inbox.length > limits.irc.unendedBytes ? { is: 'endless' } : undefined;
  const whole = inbox.take(end + 1);
  if (whole === undefined) return undefined;
  const bytes = whole.subarray(0, whole[end - 1] === cr ? end - 1 : end);
  if (isTooLong(bytes)) return { is: 'too-long' };
  const text = decodeText(bytes);
  if (text !== undefined) return { is: 'line', text: text.replace(/[\0\r]/g, '') };
  const [, command = '*'] = /^(?:@\S* +)?(?::\S* +)?(\w+)/.exec(decodeLossy(bytes)) ?? [];
  return { is: 'not-utf8', command: command.toUpperCase() };
}

/** The tags have a bound of their own. */
function isTooLong(bytes: Uint8Array): boolean {
  const most = limits.irc.lineBytes - lineEnd.length;
  if (bytes[0] !== at) return bytes.length > most;
  const end = bytes.indexOf(space);
  const tags = end < 0 ? bytes.length : end + 1;
  return tags > limits.irc.tagBytes || bytes.length - tags > most;
}
