// Passwords that cost nothing, for tests whose time is in their own hands.

import type { Clock } from '../../src/net/clock';
import type { PasswordHasher } from '../../src/server/credentials/passwords';

/** What a password takes, in ms. */
const workMs = 20;

const plainHash = (password: string): string => `not argon2id: ${Bun.hash(password)}`;

/** As the server's own, by a clock of the test. */
export const soonPasswords = (clock: Clock): PasswordHasher => {
  const later = <T>(value: T): Promise<T> =>
    new Promise((done) => void clock.after(workMs, () => done(value)));
  return {
    hash: (password) => later(plainHash(password)),
    verify: (password, hash) => later(hash === plainHash(password)),
  };
};
