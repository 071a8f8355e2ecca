// What every answer over HTTP says about how a browser must treat it.

/** Only what this server itself serves is loaded or talked to, and nobody may show the page inside his own. */
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
};

/** How long something may be kept by the browser. */
export const caching = {
  /** The name holds a hash of the content: it never changes. */
  forever: 'public, max-age=31536000, immutable',
  /** Kept, but asked about each time. */
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

export const json = (status: number, value: unknown, headers: Headers = {}): Response =>
  respond(status, JSON.stringify(value), { 'content-type': 'application/json', ...headers });
