// Messages at the server's side: what becomes of one that was sent, and the confirmations of what was received.

import { describe, expect, test } from 'bun:test';

import { bytesOf } from '../../../src/protocol/groups/wire/codec';
import { limits } from '../../../src/protocol/limits';
import { yes } from '../../support/fake_host';
import { bob, Client, direct, name, no, room } from './fake_client';

const { confirmMs } = limits.groups;

describe('confirmations', () => {
  test('stored, then what the receipt says; a receipt for another connection is not told', () => {
    const client = new Client();
    client.sends('Req.Send To=bob Id=x1 | hola');
    expect(client.hears()).toEqual(['Res.Send confirmation Id=x1 Status=stored']);
    client.session.tell({ is: 'receipt', id: 30, by: name('bob'), status: 'delivered' });
    expect(client.hears()).toEqual([]);
    client.session.tell({ is: 'receipt', id: 31, by: name('bob'), status: 'delivered' });
    client.session.tell({ is: 'receipt', id: 31, by: name('bob'), status: 'delivered' });
    expect(client.hears()).toEqual(['Res.Send confirmation Id=x1 Status=delivered']);
  });

  test.each([
    [{ why: 'gone' }, 'disconnected', 'disconnected'],
    [{}, 'refused', 'refused by the receiver'],
  ] as const)('failed %j: %s', (why, reason, text) => {
    const client = new Client();
    client.sends('Req.Send To=bob Id=1 | hola');
    client.hears();
    client.session.tell({ is: 'receipt', id: 31, by: name('bob'), status: 'failed', ...why });
    expect(client.hears()).toEqual([
      `Res.Send confirmation Id=1 Status=failed Reason=${reason} | ${text}`,
    ]);
  });

  test.each([
    ['unknown-user', 'unknown-user', 'unknown user'],
    ['full', 'full', 'too many messages wait for this user'],
    ['too-long', 'too-long', 'the message is too long'],
    ['storage', 'try-later', 'the server cannot take it now'],
    ['overloaded', 'try-later', 'the server cannot take it now'],
  ] as const)('refused as %s: %s', (why, reason, text) => {
    const client = new Client({ direct: () => no(why) });
    client.sends('Req.Send To=bob Id=1 | hola');
    expect(client.hears()).toEqual([
      `Res.Send confirmation Id=1 Status=failed Reason=${reason} | ${text}`,
    ]);
  });

  test("the receiver's own answer delivers, or refuses", () => {
    const client = new Client();
    const settled: string[] = [];
    client.session.deliver(direct('one'), (how) => settled.push(how));
    client.session.deliver(direct('two'), (how) => settled.push(how));
    expect(client.hears()).toHaveLength(2);
    client.sends('Res.Send confirmation Id=9', 'Res.Send confirmation');
    expect(settled).toEqual([]);
    client.sends('Res.Send confirmation Id=2 Status=failed', 'Res.Send confirmation Id=1');
    expect(settled).toEqual(['refused', 'delivered']);
    client.sends('Res.Send confirmation Id=1');
    expect(settled).toHaveLength(2);
  });

  test('a text longer than a body comes in parts of one Id, and is delivered with the last', () => {
    const client = new Client();
    const settled: string[] = [];
    client.session.deliver(direct('ñ'.repeat(50_000)), (how) => settled.push(how));
    const heard = client.hears();
    expect(heard).toHaveLength(2);
    expect(heard.every((line) => line.startsWith('Req.Send User=bob To=alice Id=1 | ñ'))).toBe(
      true,
    );
    client.sends('Res.Send confirmation Id=1');
    expect(settled).toEqual([]);
    client.sends('Res.Send confirmation Id=1');
    expect(settled).toEqual(['delivered']);
  });

  test('a client that does not confirm in time is lost', () => {
    const client = new Client();
    expect(client.host.wakeMs).toBeUndefined();
    client.session.deliver(direct('hola'), () => {});
    expect(client.host.wakeMs).toBeWithin(confirmMs, confirmMs + 1_001);
    client.host.now += confirmMs / 2000;
    client.session.woke();
    expect(client.host.ending).toBe('open');
    expect(client.host.wakeMs).toBeWithin(confirmMs / 2, confirmMs / 2 + 1_001);
    client.host.now += confirmMs / 2000 + 1;
    client.session.woke();
    expect(client.host.ending).toBe('aborted');
  });

  test('what was said in a group is confirmed too, and then the client has time again', () => {
    const client = new Client();
    const said = { room: room('club'), from: name('bob'), text: 'hola', origin: 'groups', at: 0 };
    client.session.tell({ is: 'said', ...said });
    expect(client.hears()).toEqual(['Req.Send User=bob Group=club Id=1 | hola']);
    client.sends('Res.Send confirmation Id=1');
    expect(client.host.wakeMs).toBeUndefined();
  });

  test('what was not confirmed when the connection is lost is not delivered', () => {
    const client = new Client();
    const settled: string[] = [];
    client.session.deliver(direct('hola'), (how) => settled.push(how));
    client.session.lost();
    client.session.deliver(direct('late'), (how) => settled.push(how));
    expect(settled).toEqual(['failed', 'failed']);
  });
});

describe('bytes that are no text', () => {
  test('go through unchanged', () => {
    const client = new Client();
    const body = Uint8Array.of(0xff, 0x00, 0x41);
    client.feed.push(
      bytesOf(
        { ip: 'x', side: 'client', sourcePort: 1, destinationPort: 2 },
        { action: 'send', to: ['bob'], contentType: 'application/octet-stream', body },
      ),
    );
    expect(client.host.commands.at(-1)).toMatchObject({ do: 'direct', text: '\ufffd\u0000A' });
    client.hears();
    client.session.deliver(direct('\ufffd\u0000A', { raw: body }), () => {});
    const bytes = Buffer.from(client.host.bytes);
    expect(bytes.toString('latin1')).toContain('Content-Type: application/octet-stream\n');
    expect(bytes.subarray(-3)).toEqual(Buffer.from(body));
  });
});

describe('the recipient of a message', () => {
  test('by port: nothing overtakes the question to the hub', () => {
    const client = new Client();
    client.host.hold = true;
    client.sends('Req.Send Port=5000 Id=1 | a', 'Req.Send To=bob Id=2 | b');
    expect(client.asked.filter((one) => one === 'direct')).toEqual([]);
    client.host.hold = false;
    client.host.release();
    expect(client.hears()).toEqual([
      'Res.Send confirmation Id=1 Status=stored',
      'Res.Send confirmation Id=2 Status=stored',
    ]);
  });

  test('by a port that two hosts have: not guessed', () => {
    const twin = { ...bob, name: name('ben'), address: { host: '10.0.0.2', port: 5000 } };
    const client = new Client({ users: () => yes<'users'>({ users: [bob, twin] }) });
    client.sends('Req.Send Port=5000 Id=1 | a', 'Req.Send Port=6000 Id=2 | a');
    expect(client.hears()).toEqual([
      'Res.Send confirmation Id=1 Status=failed Reason=several-users | several users have this port',
      'Res.Send confirmation Id=2 Status=failed Reason=unknown-user | unknown user',
    ]);
  });

  test('twice, or a user and a group: not understood, and the connection goes on', () => {
    const client = new Client();
    client.sends('Req.Send To=bob To=ben Id=1 | a', 'Req.Send To=bob Group=club Id=2 | a');
    client.sends('Req.Send To=#7 Id=3 | a', 'Req.List Id=4');
    expect(client.hears().map((line) => line.split(' | ')[0])).toEqual([
      'Res.Confirmation Id=1 Status=bad-request',
      'Res.Confirmation Group=club Id=2 Status=bad-request',
      'Res.Send confirmation Id=3 Status=stored',
      'Res.List Id=4',
    ]);
    expect(client.host.commands.findLast((one) => one.do === 'direct')).toMatchObject({ to: '#7' });
  });
});
