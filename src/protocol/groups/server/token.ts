// Tokens: texts that only their owner has; the hub sees their SHA-256 and nothing else.

/** What the hub keeps of a token, in lower-case hexadecimal. */
export const hashOfToken = (token: string): string =>
  new Bun.CryptoHasher('sha256').update(token).digest('hex');
