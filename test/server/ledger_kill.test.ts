// The server is killed in the middle of transfers: what it acknowledged is there afterwards, wholly, once.

import { expect, test } from 'bun:test';

import { runChat, startChat } from '../support/executable';
import { scratchFolder } from '../support/scratch';
import { connectTcp, type TcpPeer } from '../support/tcp';

const clients = 8;
const rounds = 4;

interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

/**
 * A client that pays the next one amounts that no other client ever pays, a few under way at once, until the
 * server is gone; gives what was acknowledged.
 */
async function paying(
  peer: TcpPeer,
  from: string,
  to: string,
  first: number,
  heard: () => void,
): Promise<Transfer[]> {
  const acknowledged: Transfer[] = [];
  let amount = first;
  const send = async (): Promise<void> => {
    await peer.send(`:t - <${to}> - ${amount}\n`);
    amount += clients;
  };
  try {
    for (let ahead = 0; ahead < 5; ahead++) await send();
    for (;;) {
      const line = await peer.readTo('\n');
      const paid = /^\[SERVER\] Client: You transferred (\d+) dollars to /.exec(line)?.[1];
      if (paid === undefined) continue;
      acknowledged.push({ from, to, amount: Number(paid) });
      heard();
      await send();
    }
  } catch {
    return acknowledged;
  }
}

test('an acknowledged transfer survives a kill, and nothing is ever half done', async () => {
  const folder = await scratchFolder();
  const acknowledged: Transfer[] = [];
  let next = 1;
  for (let round = 0; round < rounds; round++) {
    const server = await startChat(['serve', '--market', '0', '--data', folder]);
    const [, port] = await server.until(/^market +(\d+) /m, { on: 'err' });
    const peers = await Promise.all(
      Array.from({ length: clients }, async (_, index) => {
        const peer = await connectTcp(Number(port));
        await peer.send(`u${index}\n1000000000\n`);
        await peer.readTo('has been set to your account.\n');
        return peer;
      }),
    );
    await server.until(new RegExp(`(?:connected!\\n[^]*){${clients}}`));
    // Killed as soon as so many were answered, wherever the others are then.
    let left = 50 + 37 * round;
    const enough = Promise.withResolvers<void>();
    const heard = (): void => {
      if (--left === 0) enough.resolve();
    };
    const paid = peers.map((peer, index) =>
      paying(peer, `u${index}`, `u${(index + 1) % clients}`, next + index, heard),
    );
    await enough.promise;
    await server.kill('SIGKILL');
    for (const each of await Promise.all(paid)) acknowledged.push(...each);
    next = Math.max(next, ...acknowledged.map(({ amount }) => amount)) + 100 * clients;

    const audit = await runChat(['ledger', '--data', folder, '--json']);
    expect(audit.err).toBe('');
    expect(audit.status).toBe(0);
    const printed = audit.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const transfers = new Map(
      printed
        .filter(({ kind }) => kind === 'transfer')
        .map(({ from, to, amount }) => [amount, { from, to, amount }]),
    );
    const count = printed.filter(({ kind }) => kind === 'transfer').length;
    expect(transfers.size).toBe(count);
    for (const transfer of acknowledged)
      expect(transfers.get(transfer.amount)).toEqual({ ...transfer });
    expect(printed.at(-1)).toMatchObject({
      type: 'result',
      ok: true,
      balances: clients,
      sum: String(clients * 1_000_000_000),
    });
  }
  expect(acknowledged.length).toBeGreaterThan(rounds * clients);
}, 60_000);
