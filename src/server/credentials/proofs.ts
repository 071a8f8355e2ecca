// Checks what peers show, before any command: the hub gets the number of the credential that was right, and no secret.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

import { networkOf } from '../../net/address';
import type { Clock } from '../../net/clock';
import { BoundedMap } from '../../protocol/bounded';
import { kindOfSecret, passwordText } from '../../protocol/bytes/secret';
import { hashOfSecret } from '../../protocol/bytes/token';
import type { ProofRefusal } from '../../protocol/dialect';
import { limits } from '../../protocol/limits';
import {
  type CredentialId,
  type Name,
  ok,
  type Proof,
  refused,
  type Result,
} from '../../protocol/model';
import type { AccountToProve } from '../hub/hub';
import type { CredentialRow } from '../hub/state/credentials';
import { type Attempt, Failures } from './failures';
import { type PasswordHasher, PasswordWork } from './passwords';

export interface ProofsDeps {
  readonly clock: Clock;
  readonly passwords: PasswordHasher;
  account(name: Name): AccountToProve | undefined;
  ownerOfKey(hash: string): AccountToProve | undefined;
  /** A credential was shown whose last use was noted long ago. */
  used(credential: CredentialId): void;
  report(what: string, error: unknown): void;
}

/** Who shows something. */
export interface Prover {
  /** The peer's address. */
  readonly host: string;
  /** Whether the peer still waits for the answer. */
  isWanted(): boolean;
}

export type Proved = Result<Proof, ProofRefusal>;

export class Proofs {
  readonly #deps: ProofsDeps;
  readonly #failures: Failures;
  readonly #work = new PasswordWork();
  readonly #salt = randomBytes(32);
  /** Passwords that were right, unreadable: until when they need not be checked again. */
  readonly #remembered = new BoundedMap<string, number>(limits.credentials.remembered);

  constructor(deps: ProofsDeps) {
    this.#deps = deps;
    this.#failures = new Failures(() => deps.clock.monotonicNow());
  }

  /**
   * Whether a secret is one of an account's. A key is checked at once, and so `done` is called at once where it is right;
   * a password takes its time, and what is wrong waits where its address has shown too much that was wrong.
   */
  prove(by: Prover, name: Name, secret: string, done: (result: Proved) => void): void {
    const account = this.#deps.account(name);
    if (!account) return done(refused('unknown-user'));
    const kind = kindOfSecret(secret);
    if (kind !== 'password') {
      return this.#proveHash(by, account, kind, hashOfSecret(secret), done);
    }
    const row = account.credentials.find((one) => one.kind === 'password');
    if (!row) return this.#fail(by, done);
    const memo = this.#memoOf(row, secret);
    if ((this.#remembered.get(memo) ?? 0) > this.#deps.clock.monotonicNow()) {
      return this.#succeed(account, row, done);
    }
    this.#paced(by, done, (attempt) => {
      this.#check(by, row, secret, (isRight) => {
        if (isRight === undefined) return done(refused('overloaded'));
        if (!isRight) return done(refused('not-allowed'));
        attempt.wasRight();
        this.#remembered.set(
          memo,
          this.#deps.clock.monotonicNow() + limits.credentials.rememberedMs,
        );
        this.#succeed(account, row, done);
      });
    });
  }

  /** The same of a key that comes without a name. */
  proveKey(by: Prover, key: string, done: (result: Proved) => void): void {
    const hash = hashOfSecret(key);
    const account = kindOfSecret(key) === 'key' ? this.#deps.ownerOfKey(hash) : undefined;
    if (!account) return this.#fail(by, done);
    this.#proveHash(by, account, 'key', hash, done);
  }

  /** Hashes a password that is to be set. Undefined: too many wait for that. */
  hash(by: Prover, password: string, done: (hash: string | undefined) => void): void {
    this.#work.add(networkOf(by.host), {
      isWanted: () => by.isWanted(),
      refuse: () => done(undefined),
      run: async () => {
        try {
          done(await this.#deps.passwords.hash(passwordText(password)));
        } catch (error) {
          this.#deps.report('hashing a password', error);
          done(undefined);
        }
      },
    });
  }

  #proveHash(
    by: Prover,
    account: AccountToProve,
    kind: 'key' | 'recovery',
    hash: string,
    done: (result: Proved) => void,
  ): void {
    const shown = Buffer.from(hash);
    let found: CredentialRow | undefined;
    // All of them, whichever is right: how long it takes says nothing.
    for (const row of account.credentials) {
      const stored = Buffer.from(row.hash);
      if (row.kind !== kind || stored.length !== shown.length) continue;
      if (timingSafeEqual(stored, shown)) found = row;
    }
    if (found) this.#succeed(account, found, done);
    else this.#fail(by, done);
  }

  #check(
    by: Prover,
    { hash }: CredentialRow,
    password: string,
    done: (isRight: boolean | undefined) => void,
  ): void {
    this.#work.add(networkOf(by.host), {
      isWanted: () => by.isWanted(),
      refuse: () => done(undefined),
      run: async () => {
        let isRight = false;
        try {
          isRight = await this.#deps.passwords.verify(passwordText(password), hash);
        } catch (error) {
          this.#deps.report('checking a password', error);
        }
        done(isRight);
      },
    });
  }

  #succeed({ name }: AccountToProve, row: CredentialRow, done: (result: Proved) => void): void {
    const msPerSecond = 1000;
    const usedMs = (row.used_at ?? 0) * msPerSecond;
    if (this.#deps.clock.now() - usedMs >= limits.credentials.usedMs) this.#deps.used(row.id);
    done(ok({ account: name, credential: row.id }));
  }

  #fail(by: Prover, done: (result: Proved) => void): void {
    this.#paced(by, done, () => done(refused('not-allowed')));
  }

  /** Goes on at once, or after the pause that its address has earned. */
  #paced(by: Prover, done: (result: Proved) => void, then: (attempt: Attempt) => void): void {
    const attempt = this.#failures.attempt(networkOf(by.host));
    if (attempt?.wait === 0) return then(attempt);
    // No answer of this address is quick now, not even that it is to be tried later: guesses are slow, however many there are.
    const wait = attempt?.wait ?? limits.credentials.failurePauseMs;
    this.#deps.clock.after(wait, () => {
      if (!by.isWanted()) return;
      if (attempt) then(attempt);
      else done(refused('rate-limited'));
    });
  }

  /** What is remembered of a password: nobody can read it, and it is void once another is set. */
  #memoOf({ id }: CredentialRow, password: string): string {
    return createHmac('sha256', this.#salt)
      .update(`${id} ${passwordText(password)}`)
      .digest('hex');
  }
}
