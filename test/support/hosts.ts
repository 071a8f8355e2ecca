// Several hosts on one switch: network namespaces with addresses of their own, so that tests see what a real network shows.
//
//   test.skipIf(!canMakeHosts())('two hosts', async () => {
//     await using network = await makeHosts(2);
//     const [server, client] = network.hosts;
//     const chat = await startChat(['serve', '-p', '8888'], { within: server.command });
//     ...
//   });
//
// The switch is a bridge in a namespace of its own: nothing of it touches the machine's network.
import { isatty } from 'node:tty';

import { removeAtEnd } from './cleanup';

export interface Host {
  readonly name: string;
  readonly address: string;
  /** What to put before a command so that it runs on this host: for `within` of startChat and openChat. */
  readonly command: readonly string[];
  /** Runs a program on this host to its end; throws with what it said on stderr if it fails. */
  run(...command: string[]): Promise<string>;
  /** Pulls the cable out or puts it in: what is sent meanwhile is lost, and neither side is told. */
  setCable(plugged: boolean): Promise<void>;
}

export interface Network extends AsyncDisposable {
  readonly hosts: readonly Host[];
}

let can: boolean | undefined;

/** Whether this machine lets us; says why not, once, so that the skipped tests have a reason in the log. */
export function canMakeHosts(): boolean {
  if (can !== undefined) return can;
  const probe = `chat-probe-${process.pid}`;
  const made = tryIp('netns', 'add', probe);
  if (made === undefined) tryIp('netns', 'del', probe);
  can = made === undefined;
  if (!can) {
    const [on, off] = isatty(2) ? ['\u001B[33m', '\u001B[39m'] : ['', ''];
    process.stderr.write(`${on}SKIPPED: tests with several hosts: ${made}${off}\n`);
  }
  return can;
}

/** Makes `count` hosts, 10.77.0.1 and up; everything is deleted at the end of the scope, or of the process. */
export async function makeHosts(count: number): Promise<Network> {
  const id = `chat-${process.pid}-${++networksMade}`;
  const names = Array.from({ length: count }, (_, index) => `${id}-h${index + 1}`);
  const hub = `${id}-switch`;
  const spaces = [hub, ...names];
  // For a test that timed out in the middle: its scope never ends.
  const forget = removeAtEnd(() => spaces.forEach((space) => tryIp('netns', 'del', space)));
  try {
    await ip('netns', 'add', hub);
    await ip(
      '-n',
      hub,
      'link',
      'add',
      'br0',
      'type',
      'bridge',
      'stp_state',
      '0',
      'forward_delay',
      '0',
    );
    await ip('-n', hub, 'link', 'set', 'br0', 'up');
    const hosts = [];
    for (const [index, name] of names.entries()) hosts.push(await makeHost(hub, name, index + 1));
    return { hosts, [Symbol.asyncDispose]: () => remove(spaces).then(forget) };
  } catch (error) {
    await remove(spaces).then(forget);
    throw error;
  }
}

async function makeHost(hub: string, name: string, number: number): Promise<Host> {
  const port = `port${number}`;
  const address = `10.77.0.${number}`;
  await ip('netns', 'add', name);
  await ip('-n', name, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', port, 'netns', hub);
  await ip('-n', hub, 'link', 'set', port, 'master', 'br0', 'up');
  // Without IPv6 an interface is usable at once: there is no duplicate address to wait for.
  await ip('-n', name, 'address', 'add', `${address}/24`, 'dev', 'eth0');
  await ip('-n', name, 'link', 'set', 'eth0', 'up');
  await ip('-n', name, 'link', 'set', 'lo', 'up');
  const command = ['ip', 'netns', 'exec', name];
  return {
    name,
    address,
    command,
    run: (...words) => finish([...command, ...words]),
    setCable: async (plugged) => {
      await ip('-n', hub, 'link', 'set', port, plugged ? 'up' : 'down');
    },
  };
}

let networksMade = 0;

async function remove(spaces: readonly string[]): Promise<void> {
  for (const space of spaces) {
    // What still runs there would keep the namespace alive without its name.
    const pids = (await finish(['ip', 'netns', 'pids', space]).catch(() => '')).split('\n');
    for (const pid of pids.filter(Boolean)) kill(Number(pid));
    await ip('netns', 'del', space).catch(() => '');
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}

const ip = (...words: string[]): Promise<string> => finish(['ip', ...words]);

async function finish(command: string[]): Promise<string> {
  const child = Bun.spawn(command, { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' });
  const [out, err, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (status !== 0) throw new Error(`${command.join(' ')} failed (${status}): ${err || out}`);
  return out;
}

/** What went wrong, or undefined if nothing did. */
function tryIp(...words: string[]): string | undefined {
  if (Bun.which('ip') === null) return 'there is no program `ip` (package iproute2)';
  const { exitCode, stderr } = Bun.spawnSync(['ip', ...words]);
  return exitCode === 0 ? undefined : stderr.toString().trim() || 'ip failed';
}
