// Other servers that fan out what one says, as Debian has them: how each is started and spoken to.

import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

import { cores, on } from './cores';
import { endWithUs, freshFolder } from './scratch';
import type { Wire } from './wire_fan_out';

export interface Peer {
  readonly name: string;
  /** Its program, and Debian's package of it. */
  readonly program: string;
  readonly package: string;
  /** Its arguments, for a port and a folder that it may fill. */
  readonly args: (port: number, folder: string) => readonly string[];
  readonly wire: Wire;
}

/** As long as a frame of channels. */
const text = 'x'.repeat(190);
const lines = (...all: readonly string[]): Buffer =>
  Buffer.from(all.map((line) => `${line}\r\n`).join(''));

/** A packet of MQTT 3.1.1: texts have their length before them. */
function packet(kind: number, ...parts: readonly (string | readonly number[])[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) =>
      typeof part === 'string'
        ? Buffer.concat([Buffer.from([0, part.length]), Buffer.from(part)])
        : Buffer.from(part),
    ),
  );
  const length = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7];
  return Buffer.concat([Buffer.from([kind, ...length]), body]);
}

const irc: Wire = {
  opening: (index) => lines(`NICK u${index}`, 'USER u 0 * :u'),
  next: { when: / (?:376|422) /, say: lines('JOIN #c') },
  welcome: ' 366 ',
  message: lines(`PRIVMSG #c :${text}`),
};

function write(folder: string, name: string, content: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${name}`, content);
  return `${folder}/${name}`;
}

export const peers: readonly Peer[] = [
  {
    name: 'Redis',
    program: 'redis-server',
    package: 'redis-server',
    args: (port, folder) => [
      write(
        folder,
        'conf',
        `port ${port}\nbind 127.0.0.1\nsave ""\nappendonly no\ndir ${folder}\n`,
      ),
    ],
    wire: {
      opening: (index) => (index === 'sender' ? lines('ECHO ready:1') : lines('SUBSCRIBE c')),
      welcome: ':1',
      message: lines('*3', '$7', 'PUBLISH', '$1', 'c', `$${text.length}`, text),
    },
  },
  {
    name: 'NATS',
    program: 'nats-server',
    package: 'nats-server',
    args: (port) => ['-a', '127.0.0.1', '-p', String(port)],
    wire: {
      opening: (index) =>
        lines('CONNECT {"verbose":false}', ...(index === 'sender' ? [] : ['SUB c 1']), 'PING'),
      welcome: 'PONG',
      message: lines(`PUB c ${text.length}`, text),
    },
  },
  {
    name: 'Mosquitto',
    program: 'mosquitto',
    package: 'mosquitto',
    args: (port, folder) => [
      '-c',
      write(
        folder,
        'conf',
        `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nset_tcp_nodelay true\n`,
      ),
    ],
    wire: {
      opening: (index) =>
        Buffer.concat([
          packet(0x10, 'MQTT', [4, 2, 0, 0], `u${index}`),
          ...(index === 'sender' ? [] : [packet(0x82, [0, 1], 'c', [0])]),
          packet(0xc0),
        ]),
      welcome: '\u0000',
      message: packet(0x30, 'c', [...Buffer.from(text)]),
    },
  },
  {
    name: 'InspIRCd',
    program: 'inspircd',
    package: 'inspircd',
    args: (port, folder) => [
      '--nofork',
      '--runasroot',
      '--nolog',
      '--nopid',
      '--config',
      write(
        folder,
        'conf',
        `<server name="irc.test" description="bench" network="bench">
<admin name="a" nick="a" email="a@irc.test">
<bind address="127.0.0.1" port="${port}" type="clients">
<connect allow="*" timeout="60" pingfreq="1200" hardsendq="100M" softsendq="100M" recvq="100M"
 threshold="1000000" commandrate="1000000000" fakelag="no" localmax="5000" globalmax="5000" maxchans="20" limit="5000">
<performance softlimit="10000" somaxconn="1024"><dns enabled="no" timeout="1"><options nosnomask="yes">`,
      ),
    ],
    wire: irc,
  },
  {
    name: 'ngIRCd',
    program: 'ngircd',
    package: 'ngircd',
    args: (port, folder) => [
      '-n',
      '-f',
      write(
        folder,
        'conf',
        `[Global]\nName = irc.test\nInfo = bench\nListen = 127.0.0.1\nPorts = ${port}\nServerUID = nobody\nServerGID = nogroup
[Limits]\nMaxConnections = 0\nMaxConnectionsIP = 0\nMaxPenaltyTime = 0\nMaxJoins = 0\nPingTimeout = 1200
[Options]\nDNS = no\nIdent = no\nPAM = no\n`,
      ),
    ],
    wire: irc,
  },
];

export interface RunningPeer {
  readonly pid: number;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

async function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const server = createServer().listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
  });
  return promise;
}

/** Starts a peer on the servers' core. Throws unless it listens soon. */
export async function startPeer({ program, args }: Peer): Promise<RunningPeer> {
  const port = await freePort();
  const child = Bun.spawn([...on(cores.server), program, ...args(port, freshFolder())], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  endWithUs(child);
  for (let tries = 0; ; tries++) {
    try {
      const socket = await Bun.connect({ hostname: '127.0.0.1', port, socket: { data() {} } });
      socket.terminate();
      break;
    } catch (error) {
      if (tries === 100 || child.exitCode !== null) {
        throw new Error(`${program} does not listen`, { cause: error });
      }
      await Bun.sleep(50);
    }
  }
  return {
    pid: child.pid,
    port,
    stop: async () => {
      child.kill('SIGTERM');
      await child.exited;
    },
  };
}
