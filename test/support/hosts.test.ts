// The hosts for tests: they see each other under their addresses, a pulled cable loses packets, nothing is left over.
import { expect, test } from 'bun:test';

import { canMakeHosts, makeHosts } from './hosts';

const listen = `
  const server = Bun.listen({ hostname: '0.0.0.0', port: 7000, socket: {
    open(socket) { socket.end(socket.remoteAddress); }, data() {}, close() { server.stop(); } } });
  console.log('listening');`;

const connect = (address: string) => `
  await Bun.connect({ hostname: '${address}', port: 7000, socket: {
    data(_, bytes) { process.stdout.write(bytes); } } });`;

test.skipIf(!canMakeHosts())('hosts talk under addresses of their own', async () => {
  await using network = await makeHosts(2);
  const [server, client] = network.hosts;
  const listening = Bun.spawn([...server!.command, process.execPath, '-e', listen]);
  await listening.stdout.getReader().read();
  const seen = await client!.run(process.execPath, '-e', connect(server!.address));
  expect(seen).toEndWith(client!.address);
  expect(await listening.exited).toBe(0);
});

test.skipIf(!canMakeHosts())('a cable can be pulled out and put in again', async () => {
  await using network = await makeHosts(2);
  const [a, b] = network.hosts;
  const carrier = () => b!.run('cat', '/sys/class/net/eth0/carrier');
  await a!.setCable(false);
  expect(await a!.run('ip', 'link', 'show', 'eth0')).toContain('NO-CARRIER');
  expect(await carrier()).toBe('1\n');
  await a!.setCable(true);
  expect(await a!.run('ip', 'link', 'show', 'eth0')).toContain('LOWER_UP');
});

test.skipIf(!canMakeHosts())('nothing of a network is left when its scope ends', async () => {
  const names: string[] = [];
  {
    await using network = await makeHosts(2);
    names.push(...network.hosts.map(({ name }) => name));
    const sleeper = Bun.spawn([...network.hosts[0]!.command, 'sleep', '1000']);
    void sleeper;
  }
  const { stdout } = Bun.spawnSync(['ip', 'netns', 'list']);
  for (const name of names) expect(stdout.toString()).not.toContain(name);
});
