// What an account's owner shows: which kind a text is of, and which texts may become a password.

import { limits } from '../limits';
import type { CredentialKind } from '../model';
import { byteLength } from './text';

/** A key: 256 random bits in base64url. */
export const keyForm = /^[\w-]{43}$/;

/** Crockford's base 32: no two of its digits look alike. */
const codeDigits = '0123456789abcdefghjkmnpqrstvwxyz';
const codeForm = /^[0-9a-z]{5}(?:-[0-9a-z]{5}){3}$/i;
const digitsOfCode = 20;
const digitsOfGroup = 5;

/** Every text is of one kind, so that no door needs to ask which. */
export function kindOfSecret(secret: string): CredentialKind {
  if (keyForm.test(secret)) return 'key';
  return codeForm.test(secret.trim()) ? 'recovery' : 'password';
}

/** Whether a text can be a password: long enough, not too long, of visible characters, and of no other kind. */
export const isPassword = (text: string): boolean =>
  kindOfSecret(text) === 'password' &&
  Array.from(text).length >= limits.credentials.passwordCharacters &&
  byteLength(passwordText(text)) <= limits.credentials.passwordBytes &&
  !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);

/** A password in the one form in which it is hashed, however it was typed. */
export const passwordText = (text: string): string => text.normalize('NFC');

/** A code that is good once, of 100 bits, from at least 20 random bytes in base64url: `1a2b3-...`. */
export function codeFrom(random: string): string {
  const bytes = Buffer.from(random, 'base64url').subarray(0, digitsOfCode);
  if (bytes.length < digitsOfCode) throw new Error('too little chance for a code');
  const digits = Array.from(bytes, (byte) => codeDigits[byte % codeDigits.length]);
  const groups: string[] = [];
  while (digits.length > 0) groups.push(digits.splice(0, digitsOfGroup).join(''));
  return groups.join('-');
}

/** New recovery codes of one account. */
export const newCodes = (from: { secret(): string }): string[] =>
  Array.from({ length: limits.credentials.recoveryCodes }, () => codeFrom(from.secret()));

/** A code as it was made, whatever a person has read into it. */
export const codeText = (text: string): string =>
  text.trim().toLowerCase().replaceAll('o', '0').replaceAll(/[il]/g, '1');

/** What a key's owner calls it, short enough and on one line. */
export const labelOf = (text: string): string =>
  Array.from(text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ').trim())
    .slice(0, limits.credentials.labelCharacters)
    .join('');
