// A person in the market: lines, an identifier, a balance.

import { market } from '../../src/protocol/market/index';
import { connectTcp } from '../support/tcp';
import { Heard } from './heard';
import { cannot, foreignName, type Kind, type Other, type Person } from './person';

async function enter(port: number, name: string): Promise<Person> {
  const peer = await connectTcp(port);
  const heard = new Heard<string>(`${name} was told`);
  void (async () => {
    for (;;) heard.add((await peer.readTo('\n')).slice(0, -1));
  })().catch(() => {});
  const tell = (text: string): Promise<void> => peer.send(`${text}\n`);
  const settled = async (): Promise<void> => {
    await tell(':funds');
    await heard.take((line) => line.startsWith('[SERVER] Client: You have '));
  };
  await tell(name);
  await tell('100');
  await settled();
  const comes = async (from: Other, text: string): Promise<void> => {
    for (const line of text.split('\n')) {
      await heard.take((told) => told === `<${foreignName(from.name)}>: ${line}`);
    }
  };
  return {
    name,
    dialect: 'market',
    write: async (to, text) => {
      await tell(`:p - ${to.name} - ${text}`);
      await settled();
    },
    reads: comes,
    join: async () => {},
    say: tell,
    hears: comes,
    list: async () => {
      await tell(':u');
      await heard.take((line) => line === '[SERVER] Client: Connected users:');
      await settled();
      return heard.rest.flatMap((line) => /^<(.*)>$/.exec(line)?.[1] ?? []);
    },
    attach: cannot('the protocol has no files'),
    seesFile: (from, text, file, size) => comes(from, `${text} (file ${file}, ${size} bytes)`),
    leave: async () => {
      await tell(':q');
      await peer[Symbol.asyncDispose]();
    },
  };
}

export const marketKind: Kind = {
  dialect: market,
  name: (number) => `max${number}`,
  rooms: ['market'],
  cleansItself: true,
  showsLongNames: true,
  addresses: () => true,
  enter,
};
