// The client against servers of groups that other people wrote: one-shot sending, and a session.

import { afterEach, describe, expect, test } from 'bun:test';

import { runChat } from '../support/executable';
import { groupsServers, startGroupsServer } from '../support/foreign/groups_servers';
import type { FakeServer } from './fake_server';

let server: FakeServer | undefined;
afterEach(() => {
  server?.stop();
  server = undefined;
});

describe.each(groupsServers.map((foreign) => [foreign.name, foreign] as const))(
  '%s',
  (_, foreign) => {
    const url = (path = ''): string => `groups://ana@127.0.0.1:${server?.port}${path}`;

    test('chat send to bob, and to nobody; chat users', async () => {
      server = startGroupsServer(foreign);
      const sent = await runChat(['send', url('/bob'), 'hello', '--json']);
      expect([sent.status, sent.err.includes('    at ')]).toEqual([foreign.status, false]);
      if (foreign.status !== 0) return;
      expect(sent.out.includes('"status":"sent"')).toBe(foreign.isMute === true);
      expect((await runChat(['send', url('/nobody'), 'hello'])).status).toBe(foreign.toNobody ?? 0);
      expect((await runChat(['users', url()])).out).toContain('bob');
    });

    test('a session: what is typed goes out, and its end is one', async () => {
      server = startGroupsServer(foreign);
      const input = 'users\nchat bob\none\ntwo\nquit\nquit\n';
      const { status, out, err } = await runChat(['connect', url(), '--once'], { input });
      expect(`${out}${err}`).not.toContain('    at ');
      if (foreign.status !== 0) return expect([0, 69]).toContain(status);
      const said = server.calls[0]?.came.toString() ?? '';
      expect(said).toMatch(/Req\.Send[^]*one[^]*Req\.Send[^]*two[^]*Req\.Disconnect/);
      expect(out).toContain('bob');
      expect(status).toBe(0);
    });
  },
);
