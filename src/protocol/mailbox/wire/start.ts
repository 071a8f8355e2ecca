// How a client's connection begins, so that other doors can tell whom it was meant for.

import { prefixes, requestFields } from './messages';

const names = [...prefixes, ...Object.keys(requestFields)];
const first = new Set(names.map((name) => name.charCodeAt(0)));
/** An operation and the end of its field. More NULs are padding, which no request has. */
const request = new RegExp(`^(?:${names.join('|')})\0(?:[^\0]|$)`);
const longest = Math.max(...names.map(({ length }) => length)) + 2;

export function isClientStart(bytes: Uint8Array): boolean | undefined {
  if (bytes.length > 0 && !first.has(bytes[0] ?? 0)) return false;
  const text = Buffer.from(bytes.subarray(0, longest)).toString('latin1');
  if (request.test(text)) return true;
  return names.some((name) => `${name}\0`.startsWith(text)) ? undefined : false;
}
