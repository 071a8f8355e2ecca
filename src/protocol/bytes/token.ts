// Texts that only their owner has: keys, codes, and what lets one connection in once. The server keeps the hash only.

import { codeText, kindOfSecret } from './secret';

/** The SHA-256 of a text, in lower-case hexadecimal. */
export const hashOfToken = (token: string): string =>
  new Bun.CryptoHasher('sha256').update(token).digest('hex');

/** The same of a key or a code, which is hashed as it was made. */
export const hashOfSecret = (secret: string): string =>
  hashOfToken(kindOfSecret(secret) === 'recovery' ? codeText(secret) : secret);
