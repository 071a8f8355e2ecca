// A person at the channels door: frames of 200 bytes, one channel at a time.

import { channels } from '../../src/protocol/channels/index';
import { connectTcp } from '../support/tcp';
import { Heard } from './heard';
import { cannot, foreignName, type Kind, type Other, type Person } from './person';

const padded = (text: string): Buffer => {
  const frame = Buffer.alloc(200, ' ');
  frame.write(text);
  return frame;
};

async function enter(port: number, name: string): Promise<Person> {
  const peer = await connectTcp(port);
  const heard = new Heard<string>(`${name} was told`);
  void (async () => {
    for (;;)
      heard.add(
        Buffer.from(await peer.read(200))
          .toString()
          .trimEnd(),
      );
  })().catch(() => {});
  const tell = (text: string): Promise<void> => peer.send(padded(text));
  /** An answer to something that changes nothing: all that was sent before it has been dealt with. */
  const settled = async (): Promise<void> => {
    await tell('/join');
    await heard.take((line) => line.startsWith('/join command must'));
  };
  await tell(name);
  await settled();
  const lines = (from: Other, text: string, mark: string): string[] =>
    text.split('\n').map((line) => `[${foreignName(from.name)}] ${mark}${line}`.trimEnd());
  const comes = async (expected: readonly string[]): Promise<void> => {
    for (const line of expected) await heard.take((told) => told === line);
  };
  return {
    name,
    dialect: 'channels',
    write: cannot('the protocol has no private messages'),
    reads: (from, text) => comes(lines(from, text, '(private) ')),
    join: async (room) => {
      await tell(`/create ${room}`);
      await tell(`/join ${room}`);
      await settled();
    },
    say: tell,
    hears: (from, text) => comes(lines(from, text, '')),
    list: cannot('the protocol has no list of users'),
    attach: cannot('the protocol has no files'),
    seesFile: (from, text, file, size) =>
      comes(lines(from, `${text} (file ${file}, ${size} bytes)`, '(private) ')),
    leave: async () => {
      peer.finish();
      await peer[Symbol.asyncDispose]();
    },
  };
}

export const channelsKind: Kind = {
  dialect: channels,
  name: (number) => `cho${number}`,
  rooms: 'any',
  showsLongNames: false,
  addresses: () => false,
  enter,
};
