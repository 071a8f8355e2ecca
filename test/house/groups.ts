// A person of the groups protocol: header blocks, and an answer to every message that comes.

import { groups } from '../../src/protocol/groups/index';
import type { Message } from '../../src/protocol/groups/wire/messages';
import { Peer } from '../protocol/groups/conversation';
import { connectTcp } from '../support/tcp';
import { Heard } from './heard';
import { cannot, foreignName, type Kind, type Other, type Person } from './person';

const textOf = ({ body }: Message): string => Buffer.from(body).toString();

async function enter(port: number, name: string): Promise<Person> {
  const tcp = await connectTcp(port);
  const peer = new Peer(tcp, port);
  const heard = new Heard<Message>(`${name} was sent`);
  void (async () => {
    for (;;) {
      const message = await peer.read();
      heard.add(message);
      if (message.action === 'send' && message.id !== undefined) {
        await peer.send({ action: 'sent', id: message.id, status: 'ok' });
      }
    }
  })().catch(() => {});
  await peer.send({ action: 'connect', user: name });
  await heard.take(({ action, status }) => action === 'confirmation' && status === 'ok');
  let ids = 0;
  const comes = (from: Other, text: string): Promise<void> =>
    heard.take(
      (message) =>
        message.action === 'send' &&
        message.user === foreignName(from.name) &&
        textOf(message) === text,
    );
  return {
    name,
    dialect: 'groups',
    write: async (to, text) => {
      const id = `w${++ids}`;
      await peer.send({ action: 'send', to: [to.name], id, body: text });
      for (const wanted of ['stored', 'delivered']) {
        await heard.take(
          ({ action, id: of, status }) => action === 'sent' && of === id && status === wanted,
        );
      }
    },
    reads: comes,
    join: cannot('the protocol has groups by invitation only'),
    say: cannot('the protocol has groups by invitation only'),
    hears: cannot('the protocol has groups by invitation only'),
    list: async () => {
      await peer.send({ action: 'list' });
      let names: string[] = [];
      await heard.take((message) => {
        if (message.action !== 'listed') return false;
        // `name server-ip port`: a name may hold spaces.
        names = textOf(message)
          .split('\n')
          .map((line) => line.replace(/ \S+ \d+$/, ''));
        return true;
      });
      return names;
    },
    attach: cannot('the protocol has files with the receiver’s consent, who must be of it too'),
    seesFile: async (from, text, file, size) => {
      await comes(from, text);
      await heard.take(
        ({ action, status, user, fileName, fileSize }) =>
          action === 'file' &&
          status === 'offer' &&
          user === foreignName(from.name) &&
          fileName === file &&
          fileSize === size,
      );
    },
    leave: async () => {
      await peer.send({ action: 'disconnect' });
      await tcp[Symbol.asyncDispose]();
    },
  };
}

export const groupsKind: Kind = {
  dialect: groups,
  name: (number) => `gus${number}`,
  rooms: [],
  showsLongNames: true,
  addresses: () => true,
  enter,
};
