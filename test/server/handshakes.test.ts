// Handshakes take turns: thousands at once leave everybody else theirs, and no address is behind another's thousands.

import { expect, test } from 'bun:test';

import { limits } from '../../src/protocol/limits';
import { Handshakes } from '../../src/server/net/handshakes';
import { startChat } from '../support/executable';
import { scratchFolder } from '../support/scratch';
import { connectTcp } from '../support/tcp';
import { clientHello, newCertificate, secured } from '../support/tls';

test('a round is short, and addresses take turns in it', () => {
  let now = 0;
  const rounds: (() => void)[] = [];
  const handshakes = new Handshakes({ monotonicNow: () => now, soon: (step) => rounds.push(step) });
  const begun: string[] = [];
  const begin = (host: string, count: number): void => {
    for (let index = 0; index < count; index++)
      handshakes.begin(host, () => {
        begun.push(host);
        now++;
      });
  };
  begin('10.0.0.1', 1_000);
  begin('10.0.0.2', 1);
  begin('2001:db8::1', 1);
  begin('2001:db8::2', 1);
  expect(rounds.length).toBe(1);
  rounds.shift()?.();
  expect(begun.length).toBe(limits.net.handshakesMs);
  expect(begun).toEqual(['10.0.0.1', '10.0.0.2', '2001:db8::1', '10.0.0.1']);
  rounds.shift()?.();
  // A network of IPv6 is one address.
  expect(begun.slice(4)).toEqual(['2001:db8::2', '10.0.0.1', '10.0.0.1', '10.0.0.1']);
  for (let round = rounds.shift(); round; round = rounds.shift()) round();
  expect(begun.length).toBe(1_003);
});

/** What the system allows without being asked. */
const crowd = 5_000;

test('5,000 at once: two who talk go on talking, and who comes in meanwhile does', async () => {
  const { cert, key } = await newCertificate();
  const data = await scratchFolder();
  const files = ['--tls-cert', cert, '--tls-key', key, '--data', data];
  const server = await startChat(['serve', '--market-tls', '0', '--host', '127.0.0.1', ...files]);
  const [, found] = await server.until(/market\+tls:\/\/.*:(\d+)/, { on: 'err' });
  const port = Number(found);
  secured(port);
  const enter = async (name: string) => {
    const peer = await connectTcp(port);
    await peer.send(`${name}\n5\n`);
    await peer.readTo('set to your account.');
    return peer;
  };
  const [ann, bob] = [await enter('ann'), await enter('bob')];
  const hello = await clientHello();
  const progress = { isOver: false };
  const storm = (async () => {
    const half: Bun.Socket[] = [];
    while (half.length < crowd) {
      const some = Array.from({ length: 250 }, () =>
        Bun.connect({
          hostname: '127.0.0.1',
          port,
          socket: { open: (socket) => void socket.write(hello), data() {}, error() {} },
        }),
      );
      half.push(...(await Promise.all(some)));
    }
    progress.isOver = true;
    return half;
  })();
  // How fast is for the bench to say: this process has the other side of all of them.
  let said = 0;
  for (; !progress.isOver; said++) {
    await ann.send(`word ${said}\n`);
    await bob.readTo(`word ${said}\n`);
  }
  expect(said).toBeGreaterThan(2);
  await using carl = await enter('carl');
  await carl.send('here\n');
  await ann.readTo('<carl>: here\n');
  for (const socket of await storm) socket.terminate();
  for (const peer of [ann, bob]) peer.close();
  await server.kill();
  secured(port, false);
}, 60_000);
