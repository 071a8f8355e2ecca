// Attachments in the hub: found by their recipients, taken once, expired.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import type { FileHash } from '../../../src/protocol/model';
import { named, sessionOf, type TestHub } from '../../support/journal';
import { direct, no, open, settle, testHub, unregister, yes } from './commands';

describe('attachments', () => {
  const hash = 'ab'.repeat(32) as FileHash;
  const attach = (hub: TestHub): number => {
    const outcome = hub.ask({
      ...direct('alice', 'bob'),
      file: { hash, size: 5, name: 'a.txt' },
    });
    if (!outcome.ok) throw new Error(outcome.why);
    return outcome.value.serial;
  };
  const find = (hub: TestHub, more: object = {}) =>
    hub.ask({
      do: 'file-find',
      account: named('bob'),
      from: named('alice'),
      id: 1,
      host: '10.0.0.9',
      ...more,
    });

  test('are found by the recipient from the host that is connected, and taken once', () => {
    const hub = testHub('alice', 'bob');
    const serial = attach(hub);
    expect(find(hub)).toEqual(no('elsewhere'));
    hub.must(open('bob'));
    expect(find(hub, { host: '10.0.0.8' })).toEqual(no('elsewhere'));
    expect(find(hub, { id: 2 })).toEqual(no('unknown-file'));
    expect(find(hub, { account: named('nobody') })).toEqual(no('unknown-user'));
    expect(find(hub)).toEqual({ ok: true, value: { serial, hash, size: 5, name: 'a.txt' } });
    // Delivering the message does not take the file.
    hub.must(settle('a2', serial));
    expect(find(hub).ok).toBe(true);
    hub.takeEvents();
    expect(hub.ask({ do: 'file-taken', serial })).toEqual(yes);
    expect(hub.takeEvents()).toEqual([{ is: 'file-released', hash }]);
    expect(hub.ask({ do: 'file-taken', serial })).toEqual(no('unknown-file'));
    expect(find(hub)).toEqual(no('unknown-file'));
  });

  test('are listed for a session of their recipient, once their message was delivered', () => {
    const hub = testHub('alice');
    const token = { account: named('bob'), tokenHash: 't' };
    hub.must({
      do: 'register',
      name: named('bob'),
      fullName: 'Bob',
      born: '01/01/2000',
      host: 'h',
      tokenHash: 't',
    });
    const serial = attach(hub);
    const at = { dialect: 'test', machine: 'm1', address: { host: 'h', port: 1 } };
    hub.must({ do: 'login', session: sessionOf('s'), ...token, ...at });
    const list = () => hub.ask({ do: 'files-waiting', session: sessionOf('s') });
    expect(list()).toEqual({ ok: true, value: { files: [] } });
    hub.must(settle('a2', serial));
    const file = { serial, hash, size: 5, name: 'a.txt', from: named('alice') };
    expect(list()).toEqual({ ok: true, value: { files: [file] } });
    hub.must({ do: 'file-taken', serial });
    expect(list()).toEqual({ ok: true, value: { files: [] } });
    for (let count = 0; count <= limits.hub.attachmentsListed; count++) {
      hub.must(settle('a2', attach(hub)));
    }
    const many = list();
    expect(many.ok && many.value.files.length).toBe(limits.hub.attachmentsListed);
    const nobody = { do: 'files-waiting', session: sessionOf('nobody') } as const;
    expect(hub.ask(nobody)).toEqual(no('not-entered'));
  });

  test('expire, and go with their recipient', () => {
    const hub = testHub('alice', 'bob');
    attach(hub);
    const expire = (before: number) => hub.ask({ do: 'file-expire', before, most: 1 });
    expect(expire(hub.now)).toEqual({ ok: true, value: { more: false } });
    expect(hub.takeEvents()).not.toContainEqual({ is: 'file-released', hash });
    expect(expire(hub.now + 1)).toEqual({ ok: true, value: { more: true } });
    expect(hub.takeEvents()).toEqual([{ is: 'file-released', hash }]);
    expect(expire(hub.now + 1)).toEqual({ ok: true, value: { more: false } });
    attach(hub);
    hub.takeEvents();
    hub.must(unregister('bob'));
    expect(hub.takeEvents()).toContainEqual({ is: 'file-released', hash });
  });
});
