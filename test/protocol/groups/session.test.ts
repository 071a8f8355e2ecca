// The server's side against a host without a network: groups, faults, time and the end.

import { describe, expect, test } from 'bun:test';

import { yes } from '../../support/fake_host';
import { Client, name, no } from './fake_client';

describe('groups', () => {
  test.each([
    ['Create', 'group-create', 'room-exists', 'group-exists'],
    ['Create', 'group-create', 'too-many', 'too-many'],
    ['Accept', 'group-accept', 'unknown-room', 'unknown-group'],
    ['Accept', 'group-accept', 'not-invited', 'not-invited'],
    ['Decline', 'group-decline', 'not-invited', 'not-invited'],
    ['Leave', 'group-leave', 'not-member', 'not-member'],
    ['Invite', 'group-invite', 'not-creator', 'not-creator'],
    ['Invite', 'group-invite', 'already-member', 'already-member'],
    ['Invite', 'group-invite', 'unknown-user', 'unknown-user'],
    ['Invite', 'group-invite', 'storage', 'try-later'],
  ] as const)('%s refused by %s as %s: %s', (action, operation, why, status) => {
    const client = new Client({ [operation]: () => no(why) });
    client.sends(`Req.Group.${action} Group=club To=bob Id=1`);
    expect(client.hears()).toEqual([`Res.Confirmation Group=club Id=1 Status=${status}`]);
  });

  test('need a name', () => {
    const client = new Client();
    client.sends('Req.Group.Create', 'Req.Group.Create Group="two words"');
    expect(client.hears()).toEqual([
      'Res.Confirmation Status=unknown-group',
      'Res.Confirmation Group="two words" Status=unknown-group',
    ]);
  });
});

describe('a message that is no request', () => {
  test('is answered, and the connection goes on', () => {
    const client = new Client();
    client.feed.push('Action: Req.Dance\nId: 1\n\n');
    client.sends('Res.List', 'Group.Joined', 'File_transfer Status=data Id=5');
    expect(client.hears()).toEqual([
      'Res.Confirmation Id=1 Status=bad-request | unknown action',
      'Res.Confirmation Status=bad-request',
      'Res.Confirmation Status=bad-request',
      'Res.Confirmation Id=5 Status=bad-request',
    ]);
    expect(client.host.ending).toBe('open');
  });

  test.each([
    ['GET / HTTP/1.1\n\n', 'bad-request | not understood'],
    [`Action: Req.Send\nContent-Length: ${64 * 1024 + 1}\n\n`, 'too-large'],
    [`X: ${'x'.repeat(8192)}`, 'too-large'],
  ])('ends with its status: %#', (text, status) => {
    const client = new Client();
    client.sends('Req.Send To=bob Id=1 | before');
    client.feed.push(text);
    client.feed.push('Action: Req.List\n\n');
    expect(client.hears()).toEqual([
      'Res.Send confirmation Id=1 Status=stored',
      `Res.Confirmation Status=${status}`,
    ]);
    expect(client.host.ending).toBe('ended');
  });
});

describe('the end', () => {
  test('by Req.Disconnect answers what was asked, in order', () => {
    const client = new Client();
    client.host.hold = true;
    client.sends('Req.Send To=bob Id=1 | a', 'Req.Disconnect Id=2', 'Req.List');
    expect(client.host.ending).toBe('open');
    client.host.hold = false;
    client.host.release();
    expect(client.hears()).toEqual([
      'Res.Send confirmation Id=1 Status=stored',
      'Res.Confirmation Id=2 Status=ok',
    ]);
    expect(client.host.ending).toBe('ended');
  });

  test("by the peer's end answers what was asked", () => {
    const client = new Client();
    client.host.hold = true;
    client.sends('Req.Send To=bob Id=1 | a');
    client.feed.end();
    client.host.hold = false;
    client.host.release();
    expect(client.hears()).toEqual(['Res.Send confirmation Id=1 Status=stored']);
    expect(client.host.ending).toBe('ended');
  });

  test('of the server says goodbye', () => {
    const client = new Client();
    client.session.closing();
    expect(client.hears()).toEqual(['Req.Disconnect']);
    expect(client.host.ending).toBe('ended');
    client.session.tell({ is: 'presence', name: name('bob'), here: false });
    client.session.lost();
    expect(client.hears()).toEqual([]);
  });

  test('is one: what happens behind it changes nothing', () => {
    const client = new Client();
    client.sends('Req.Disconnect Id=1');
    expect(client.hears()).toEqual(['Res.Confirmation Id=1 Status=ok']);
    expect(client.host.wakeMs).toBeUndefined();
    client.session.closing();
    client.session.ended();
    client.session.lost();
    expect(client.hears()).toEqual([]);
  });

  test('of another user is told to a client that has talked with that user', () => {
    const client = new Client();
    client.session.tell({ is: 'presence', name: name('bob'), here: false });
    expect(client.hears()).toEqual([]);
    client.sends('Req.Send To=bob Id=1 | a');
    client.hears();
    client.session.tell({ is: 'presence', name: name('bob'), here: true });
    client.session.tell({ is: 'presence', name: name('bob'), here: false });
    client.session.tell({ is: 'presence', name: name('bob'), here: false });
    expect(client.hears()).toEqual(['Req.Disconnect User=bob']);
    expect(client.asked.filter((one) => one === 'watch')).toHaveLength(1);
  });

  test('of another user is watched for again where the hub could not take it', () => {
    let count = 0;
    const client = new Client({
      watch: () => (++count < 2 ? no('storage') : yes<'watch'>(undefined)),
    });
    client.sends(
      'Req.Send To=bob Id=1 | a',
      'Req.Send To=bob Id=2 | b',
      'Req.Send To=bob Id=3 | c',
    );
    expect(count).toBe(2);
  });
});
