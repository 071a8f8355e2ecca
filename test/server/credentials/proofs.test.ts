// What peers show, before the hub is asked: keys at once, passwords in turns, and pauses for who is often wrong.

import { describe, expect, test } from 'bun:test';

import { hashOfSecret } from '../../../src/protocol/bytes/token';
import { limits } from '../../../src/protocol/limits';
import type { CredentialId, CredentialKind } from '../../../src/protocol/model';
import { argon2id, type PasswordHasher } from '../../../src/server/credentials/passwords';
import { Proofs, type Proved } from '../../../src/server/credentials/proofs';
import { HandClock } from '../../support/hand_clock';
import { named } from '../../support/journal';

const key = 'k'.repeat(43);
const code = '0123a-bcdef-ghjkm-npqrs';
const right = 'correct horse';

/** Passwords that the test checks itself, one after the other. */
class Bench implements PasswordHasher {
  readonly asked: { readonly password: string; settle(isRight: boolean): void }[] = [];
  hash(password: string): Promise<string> {
    return Promise.resolve(`hash of ${password}`);
  }
  verify(password: string): Promise<boolean> {
    return new Promise((settle) => this.asked.push({ password, settle }));
  }
}

const row = (id: number, kind: CredentialKind, hash: string) => ({
  id: id as CredentialId,
  account: 1,
  kind,
  hash,
  label: '',
  made_at: 0,
  used_at: null,
});

function open() {
  const clock = new HandClock(1_700_000_000_000);
  const bench = new Bench();
  const used: number[] = [];
  const alice = {
    name: named('alice'),
    credentials: [
      row(1, 'key', hashOfSecret('x'.repeat(43))),
      row(2, 'key', hashOfSecret(key)),
      row(3, 'password', 'argon2id'),
      row(4, 'recovery', hashOfSecret(code)),
    ],
  };
  const proofs = new Proofs({
    clock,
    passwords: bench,
    account: (name) => (name === 'alice' ? alice : undefined),
    ownerOfKey: (hash) => (hash === hashOfSecret(key) ? alice : undefined),
    used: (id) => used.push(id),
    report: (what, error) => {
      throw new Error(what, { cause: error });
    },
  });
  const results: (Proved | undefined)[] = [];
  const show = (secret: string, host = '10.0.0.1', name = 'alice'): number => {
    const at = results.push(undefined) - 1;
    const by = { host, isWanted: () => true };
    proofs.prove(by, named(name), secret, (result) => (results[at] = result));
    return at;
  };
  const whys = (): (string | undefined)[] =>
    results.map((one) => (one === undefined ? undefined : one.ok ? 'ok' : one.why));
  return { clock, bench, used, proofs, results, show, whys };
}

/** Lets what was settled be told. */
const told = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('a key or a code', () => {
  test('is checked at once, and named by its number', () => {
    const { show, results, used } = open();
    show(key);
    show(code.toUpperCase().replace('0', 'O'));
    expect(results).toEqual([
      { ok: true, value: { account: named('alice'), credential: 2 as CredentialId } },
      { ok: true, value: { account: named('alice'), credential: 4 as CredentialId } },
    ]);
    expect(used).toEqual([2, 4]);
  });

  test('is of an account: nobody else’s, and none of another kind', () => {
    const { show, whys } = open();
    show('y'.repeat(43));
    show(key, '10.0.0.1', 'bob');
    expect(whys()).toEqual(['not-allowed', 'unknown-user']);
  });

  test('alone says whose it is', () => {
    const { proofs } = open();
    const by = { host: '10.0.0.1', isWanted: () => true };
    const found: Proved[] = [];
    for (const secret of [key, 'y'.repeat(43), right]) {
      proofs.proveKey(by, secret, (result) => found.push(result));
    }
    expect(found.map((one) => (one.ok ? one.value.credential : one.why))).toEqual([
      2 as CredentialId,
      'not-allowed',
      'not-allowed',
    ]);
  });
});

describe('passwords', () => {
  test('two are checked at once, and addresses take turns', async () => {
    const { show, bench, whys } = open();
    for (let guess = 0; guess < 4; guess++) show(`guess number ${guess}`, '10.6.6.6');
    show(right, '10.0.0.1');
    expect(bench.asked.map(({ password }) => password)).toEqual([
      'guess number 0',
      'guess number 1',
    ]);
    bench.asked[0]?.settle(false);
    await told();
    bench.asked[1]?.settle(false);
    await told();
    // One of the first address, then the other address, and not the fourth of the first.
    expect(bench.asked.map(({ password }) => password).slice(2)).toEqual(['guess number 2', right]);
    bench.asked[3]?.settle(true);
    await told();
    expect(whys()[4]).toBe('ok');
  });

  test('one that was right counts as right for a while, and another is checked', async () => {
    const { show, bench, whys, clock } = open();
    show(right);
    bench.asked[0]?.settle(true);
    await told();
    show(right);
    expect(whys()).toEqual(['ok', 'ok']);
    expect(bench.asked).toHaveLength(1);
    show(`${right}!`);
    expect(bench.asked).toHaveLength(2);
    clock.pass(limits.credentials.rememberedMs);
    bench.asked[1]?.settle(false);
    await told();
    show(right);
    expect(bench.asked).toHaveLength(3);
  });

  test('so many wait; then who has most among them gives a place, and else it is refused', () => {
    const { show, bench, whys } = open();
    const { passwordsAtOnce, passwordsWaiting, failures } = limits.credentials;
    // Each address may be wrong a few times before it is paused.
    const greedy = passwordsAtOnce + passwordsWaiting;
    for (let at = 0; at < greedy; at++)
      show('guess again', `10.1.${Math.floor(at / failures.burst)}.1`);
    expect(bench.asked).toHaveLength(passwordsAtOnce);
    expect(whys().filter((why) => why !== undefined)).toEqual([]);
    show(right, '10.0.0.1');
    expect(whys().filter((why) => why === 'overloaded')).toHaveLength(1);
    expect(whys().at(-1)).toBeUndefined();
  });

  test('are argon2id, of 19 MiB and 2 passes', async () => {
    const hash = await argon2id.hash(right);
    expect(hash).toStartWith('$argon2id$v=19$m=19456,t=2,p=1$');
    expect(await argon2id.verify(right, hash)).toBe(true);
    expect(await argon2id.verify(`${right}!`, hash)).toBe(false);
  });
});

describe('an address that is often wrong', () => {
  const wrong = 'y'.repeat(43);

  test('waits for each answer, and is refused where too many wait', () => {
    const { show, whys, clock } = open();
    const { burst } = limits.credentials.failures;
    for (let guess = 0; guess < burst + 6; guess++) show(wrong);
    const waiting = limits.credentials.failureWaitMs / limits.credentials.failurePauseMs;
    const first = Array<string>(burst).fill('not-allowed');
    expect(whys()).toEqual([...first, ...Array<undefined>(6)]);
    clock.pass(limits.credentials.failurePauseMs);
    expect(whys().slice(burst + waiting)).toEqual(Array<string>(6 - waiting).fill('rate-limited'));
    expect(whys()[burst]).toBe('not-allowed');
    expect(whys()[burst + 1]).toBeUndefined();
    clock.pass(limits.credentials.failurePauseMs);
    expect(whys()[burst + 1]).toBe('not-allowed');
  });

  test('keeps nobody else waiting, nor its own users who have a key', () => {
    const { show, whys } = open();
    for (let guess = 0; guess < 20; guess++) show(wrong);
    show(wrong, '10.0.0.2');
    show(key);
    expect(whys().slice(-2)).toEqual(['not-allowed', 'ok']);
  });

  test('a /64 is one address', () => {
    const { show, whys } = open();
    for (let host = 0; host < 20; host++) show(wrong, `2001:db8:0:1::${host.toString(16)}`);
    expect(whys().filter((why) => why === 'not-allowed')).toHaveLength(
      limits.credentials.failures.burst,
    );
  });

  test('many passwords at once are as many guesses', () => {
    const { show, bench } = open();
    for (let guess = 0; guess < 20; guess++) show(`guess number ${guess}`);
    const { burst } = limits.credentials.failures;
    for (let at = 0; at < 20; at++) bench.asked[at]?.settle(false);
    expect(bench.asked.length).toBeLessThanOrEqual(burst);
  });

  test('is forgotten a minute later', () => {
    const { show, whys, clock } = open();
    for (let guess = 0; guess < 5; guess++) show(wrong);
    clock.pass(60_000);
    for (let guess = 0; guess < 5; guess++) show(wrong);
    expect(whys()).toEqual(Array<string>(10).fill('not-allowed'));
  });
});
