// Tokens: texts that only their owner has. The server keeps a token's hash, and never the token.

/** The SHA-256 of a token, in lower-case hexadecimal. */
export const hashOfToken = (token: string): string =>
  new Bun.CryptoHasher('sha256').update(token).digest('hex');
