// Attachments in the hub: found by their recipients, taken once, expired.

import { describe, expect, test } from 'bun:test';

import type { Command } from '../../../src/protocol/commands';
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
    hub.registerWith('bob');
    const serial = attach(hub);
    const at = { dialect: 'test', machine: 'm1', address: { host: 'h', port: 1 } };
    hub.must({ do: 'login', session: sessionOf('s'), ...hub.proof('bob'), ...at });
    const list = (after = 0) => hub.ask({ do: 'files-waiting', session: sessionOf('s'), after });
    expect(list()).toEqual({ ok: true, value: { files: [] } });
    hub.must(settle('a2', serial));
    const file = { serial, hash, size: 5, name: 'a.txt', from: named('alice') };
    expect(list()).toEqual({ ok: true, value: { files: [file] } });
    hub.must({ do: 'file-taken', serial });
    expect(list()).toEqual({ ok: true, value: { files: [] } });
    for (let count = 0; count <= limits.hub.attachmentsListed; count++) {
      const last = attach(hub);
      hub.must(settle('a2', last));
      // As if each were of another sender.
      hub.db.run('UPDATE file SET from_key = serial WHERE serial = ?', [last]);
    }
    const many = list();
    expect(many.ok && many.value.files.length).toBe(limits.hub.attachmentsListed);
    const last = many.ok ? many.value.files.at(-1)?.serial : undefined;
    expect(list(last)).toMatchObject({ ok: true, value: { files: [{ from: named('alice') }] } });
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

  describe('of one sender', () => {
    const { attachmentsLeast, attachmentsPerRecipient, attachmentsPerSender } = limits.hub;
    const file = { hash, size: 5, name: 'a.txt' };
    const send = (hub: TestHub, from: string) => hub.ask({ ...direct(from, 'bob'), file });
    /** Files from so many senders that wait already, as many of each. */
    const fill = (hub: TestHub, senders: number, each: number): void =>
      void hub.db.run(
        `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1)
         INSERT INTO file (serial, recipient, from_key, id, hash, size, name, at)
         SELECT 1000 + i, 'a2', 'stranger' || (i % ?2), i, 'cd', 1, 'x', 1 FROM n`,
        [senders * each, senders],
      );

    test('so many wait for a user; a friend still sends', () => {
      const hub = testHub('alice', 'bob', 'stranger0');
      fill(hub, 1, attachmentsPerSender);
      expect(send(hub, 'stranger0')).toEqual(no('full'));
      const may = { do: 'may-send-file', from: { account: named('stranger0') }, to: named('bob') };
      expect(hub.ask(may as Command<'may-send-file'>)).toEqual(no('full'));
      expect(send(hub, 'alice').ok).toBe(true);
    });

    test('a few find a place when strangers have taken all', () => {
      const hub = testHub('alice', 'bob', 'stranger0');
      fill(hub, attachmentsPerRecipient / 100, 100);
      expect(send(hub, 'stranger0')).toEqual(no('full'));
      for (let count = 0; count < attachmentsLeast; count++) {
        expect(send(hub, 'alice').ok).toBe(true);
      }
      expect(send(hub, 'alice')).toEqual(no('full'));
    });
  });
});
