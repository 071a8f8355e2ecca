// A person at the page: JSON over a WebSocket, an account with a token.

import { web } from '../../src/protocol/web/index';
import { join, tokenFor, type WebPerson } from '../protocol/web/person';
import { foreignName, type Kind, type Person } from './person';

let keys = 0;
const key = (): string => `house-key-${++keys}`;

async function enter(port: number, name: string): Promise<Person> {
  const client: WebPerson = await join(port, name);
  let room = '';
  const taken = new Set<unknown>();
  /** Waits for something that was not taken yet. */
  const take = async <T>(all: () => readonly T[], fits: (told: T) => boolean): Promise<void> => {
    const found = (): T | undefined => all().find((told) => !taken.has(told) && fits(told));
    await client.until(() => found() !== undefined);
    taken.add(found());
  };
  return {
    name,
    dialect: 'web',
    write: async (to, text) => {
      await client.insist({ do: 'send', to: to.name, text, key: key() });
    },
    reads: (from, text) =>
      take(
        () => client.messages,
        (message) => message.from === foreignName(from.name) && message.text === text,
      ),
    join: async (wanted) => {
      const { rooms } = await client.ask({ do: 'rooms' });
      if (!rooms.includes(wanted) && wanted === 'lobby') {
        await client.ask({ do: 'create', room: wanted }).catch(() => {});
      }
      await client.ask({ do: 'join', room: wanted });
      room = wanted;
    },
    say: async (text) => {
      await client.insist({ do: 'say', room, text, key: key() });
    },
    hears: (from, text) =>
      take(
        () => client.news,
        (news) => news.is === 'said' && news.from === foreignName(from.name) && news.text === text,
      ),
    list: async () => (await client.ask({ do: 'users' })).users.map((user) => user.name),
    attach: async (to, text, file, bytes) => {
      const query = new URLSearchParams({ to: to.name, text, key: key(), name: file });
      const credentials = Buffer.from(`${name}:${tokenFor(name)}`).toString('base64');
      const response = await fetch(`http://127.0.0.1:${port}/api/files?${query.toString()}`, {
        method: 'POST',
        headers: { authorization: `Basic ${credentials}` },
        body: Buffer.from(bytes),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    seesFile: (from, text, file, size) =>
      take(
        () => client.messages,
        (message) =>
          message.from === foreignName(from.name) &&
          message.text === text &&
          message.file?.name === file &&
          message.file.size === size,
      ),
    leave: async () => {
      await client.ask({ do: 'unregister' });
      await client[Symbol.asyncDispose]();
    },
  };
}

export const webKind: Kind = {
  dialect: web,
  name: (number) => `wil${number}`,
  rooms: 'any',
  showsLongNames: true,
  addresses: () => true,
  enter,
};
