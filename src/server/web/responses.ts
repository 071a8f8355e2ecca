// The answers over HTTP: the headers that all of them have, and the status and words of each refusal.

import { limits } from '../../protocol/limits';

/** A browser loads from and talks to this server only, and no other page may show this one in a frame. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const everywhere: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // One request a connection: the front names the peer in the first one only, and no connection stays for nothing.
  connection: 'close',
};

/** How long a browser may keep an answer. */
export const caching = {
  /** The name holds a hash of the content: it never changes. */
  forever: 'public, max-age=31536000, immutable',
  /** Kept, but the browser asks each time whether it is still right. */
  checked: 'no-cache',
  never: 'no-store',
} as const;

export type Headers = Readonly<Record<string, string>>;

export function respond(
  status: number,
  body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | string | undefined,
  headers: Headers,
): Response {
  return new Response(body ?? null, {
    status,
    headers: { 'cache-control': caching.never, ...everywhere, ...headers },
  });
}

/** A text that is JSON already. */
export const respondJson = (status: number, text: string, headers: Headers = {}): Response =>
  respond(status, text, { 'content-type': 'application/json', ...headers });

export const json = (status: number, value: unknown, headers: Headers = {}): Response =>
  respondJson(status, JSON.stringify(value), headers);

/** Which status each refusal has; any other is 400. */
const statuses: Readonly<Record<string, number>> = {
  'not-allowed': 401,
  'unknown-sender': 401,
  'wrong-origin': 403,
  'unknown-user': 404,
  'unknown-room': 404,
  'not-member': 403,
  banned: 403,
  muted: 403,
  'unknown-file': 404,
  'unknown-path': 404,
  'wrong-method': 405,
  'too-slow': 408,
  'length-required': 411,
  'wrong-host': 421,
  'too-long': 413,
  'too-large': 413,
  'no-such-part': 416,
  'no-websocket': 426,
  'rate-limited': 429,
  full: 507,
  'no-space': 507,
  storage: 503,
  overloaded: 503,
  busy: 503,
  internal: 500,
};

export const statusOf = (why: string): number => statuses[why] ?? 400;

/** What a refusal says besides its word. */
interface RefusalDetails {
  /** Where it is not the one that the word has. */
  readonly status?: number;
  /** After how long the same request may succeed, in ms, where that is known. */
  readonly waitMs?: number | undefined;
  readonly headers?: Headers;
}

const msPerSecond = 1000;

/** A refusal in one word, with the status that the word has unless another is given. */
export function refusal(
  request: Request,
  why: string,
  {
    status = statusOf(why),
    waitMs = limits.journal.storageRetryMs,
    headers = {},
  }: RefusalDetails = {},
): Response {
  // A browser would ask its user for a password if it were challenged; the page does that better.
  const isPage = request.headers.has('sec-fetch-mode');
  const challenge = status === 401 && !isPage && { 'www-authenticate': 'Basic realm="chat"' };
  const seconds = Math.max(1, Math.ceil(waitMs / msPerSecond));
  const later = (status === 503 || status === 429) && { 'retry-after': String(seconds) };
  return json(status, { why }, { ...challenge, ...later, ...headers });
}
