// Attachments in the hub: found by their recipients, taken once, expired.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import type { FileHash } from '../../../src/protocol/model';
import { type Desk, named, sessionOf } from '../../support/journal';
import { desk, direct, no, open, settle, unregister, yes } from './commands';

describe('attachments', () => {
  const hash = 'ab'.repeat(32) as FileHash;
  const attach = (made: Desk): number => {
    const outcome = made.ask({
      ...direct('alice', 'bob'),
      file: { hash, size: 5, name: 'a.txt' },
    });
    if (!outcome.ok) throw new Error(outcome.why);
    return outcome.value.serial;
  };
  const find = (made: Desk, more: object = {}) =>
    made.ask({
      do: 'file-find',
      account: named('bob'),
      from: named('alice'),
      id: 1,
      host: '10.0.0.9',
      ...more,
    });

  test('are found by the recipient from the host that is connected, and taken once', () => {
    const made = desk('alice', 'bob');
    const serial = attach(made);
    expect(find(made)).toEqual(no('elsewhere'));
    made.must(open('bob'));
    expect(find(made, { host: '10.0.0.8' })).toEqual(no('elsewhere'));
    expect(find(made, { id: 2 })).toEqual(no('unknown-file'));
    expect(find(made, { account: named('nobody') })).toEqual(no('unknown-user'));
    expect(find(made)).toEqual({ ok: true, value: { serial, hash, size: 5, name: 'a.txt' } });
    // Delivering the message does not take the file.
    made.must(settle('a2', serial));
    expect(find(made).ok).toBe(true);
    made.takeEvents();
    expect(made.ask({ do: 'file-taken', serial })).toEqual(yes);
    expect(made.takeEvents()).toEqual([{ is: 'file-released', hash }]);
    expect(made.ask({ do: 'file-taken', serial })).toEqual(no('unknown-file'));
    expect(find(made)).toEqual(no('unknown-file'));
  });

  test('are listed for a session of their recipient, once their message was delivered', () => {
    const made = desk('alice');
    const token = { account: named('bob'), tokenHash: 't' };
    made.must({
      do: 'register',
      name: named('bob'),
      fullName: 'Bob',
      born: '01/01/2000',
      host: 'h',
      tokenHash: 't',
    });
    const serial = attach(made);
    const at = { dialect: 'test', machine: 'm1', address: { host: 'h', port: 1 } };
    made.must({ do: 'login', session: sessionOf('s'), ...token, ...at });
    const list = () => made.ask({ do: 'files-waiting', session: sessionOf('s') });
    expect(list()).toEqual({ ok: true, value: { files: [] } });
    made.must(settle('a2', serial));
    const file = { serial, hash, size: 5, name: 'a.txt', from: named('alice') };
    expect(list()).toEqual({ ok: true, value: { files: [file] } });
    made.must({ do: 'file-taken', serial });
    expect(list()).toEqual({ ok: true, value: { files: [] } });
    for (let count = 0; count <= limits.hub.attachmentsListed; count++) {
      made.must(settle('a2', attach(made)));
    }
    const many = list();
    expect(many.ok && many.value.files.length).toBe(limits.hub.attachmentsListed);
    const nobody = { do: 'files-waiting', session: sessionOf('nobody') } as const;
    expect(made.ask(nobody)).toEqual(no('not-entered'));
  });

  test('expire, and go with their recipient', () => {
    const made = desk('alice', 'bob');
    attach(made);
    const expire = (before: number) => made.ask({ do: 'file-expire', before });
    expect(expire(made.now)).toEqual({ ok: true, value: { hashes: [] } });
    expect(expire(made.now + 1)).toEqual({ ok: true, value: { hashes: [hash] } });
    attach(made);
    made.takeEvents();
    made.must(unregister('bob'));
    expect(made.takeEvents()).toContainEqual({ is: 'file-released', hash });
  });
});
