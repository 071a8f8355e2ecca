// The client against servers of the market that other people wrote: one-shot sending, and a session.

import { afterEach, describe, expect, test } from 'bun:test';

import { runChat } from '../support/executable';
import { marketServers, startMarketServer } from '../support/foreign/market_servers';
import type { FakeServer } from './fake_server';

let server: FakeServer | undefined;
afterEach(() => {
  server?.stop();
  server = undefined;
});

describe.each(marketServers.map((foreign) => [foreign.name, foreign] as const))(
  '%s',
  (_, foreign) => {
    const url = (): string => `market://Ana@127.0.0.1:${server?.port}`;

    test('chat send to everybody, and to somebody who is not there', async () => {
      server = startMarketServer(foreign);
      const sent = await runChat(['send', url(), 'hello', '--json']);
      expect([sent.status, sent.err.includes('    at ')]).toEqual([foreign.status, false]);
      const isUnanswered = sent.out.includes('"status":"sent"');
      if (foreign.status === 0) expect(isUnanswered).toBe(foreign.isMute === true);
      if (foreign.status === 0)
        expect(server.calls[0]?.came.toString()).toMatch(/\n0\nhello\n:funds\n/);
      if (foreign.toNobody === undefined) return;
      const nobody = await runChat(['send', `${url()}/nobody`, 'hello']);
      expect(nobody.status).toBe(foreign.toNobody);
    });

    test('a session: what it says is shown, and the next line goes out', async () => {
      server = startMarketServer(foreign);
      const input = '7\none\n:funds\ntwo\n';
      const { status, out, err } = await runChat(['connect', url(), '--once'], { input });
      expect(`${out}${err}`).not.toContain('    at ');
      // Where all lines and the goodbye have left, an end is what was wanted.
      if (foreign.closes !== undefined) return expect([0, 69]).toContain(status);
      expect([0, 64]).toContain(status);
      const said = server.calls[0]?.came.toString() ?? '';
      expect(said).toMatch(/Ana\n(?:.*\n)*7\none\n:funds\ntwo\n:q\n$/);
      if (foreign.funds !== '') expect(out).toContain(foreign.funds ?? 'You have 0 dollars.');
    });
  },
);
