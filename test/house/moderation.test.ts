// One community under moderation: what people of every dialect get of it, beside people of every other.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';

import { askAdmin } from '../../src/server/admin/client';
import { webKind } from '../protocol/web/person';
import { isGap, type Person, type PersonKind, type ServerNews } from '../support/person';
import { scratchFolder } from '../support/scratch';
import { startServer, type TestServer } from '../support/server';
import { kinds } from './kinds';

const rooms = ['lobby', 'market', 'relay'];

let server: TestServer;
let folder: string;
beforeAll(async () => {
  folder = await scratchFolder();
  server = await startServer(
    kinds.map(({ dialect }) => dialect),
    { folder },
  );
});
afterAll(async () => {
  await server.stop();
  expect(server.console.warnings).toEqual([]);
});

async function act(what: object): Promise<void> {
  const reply = await askAdmin(folder, { act: what });
  if (!reply.ok) throw new Error(`${JSON.stringify(what)}: ${reply.why}`);
}

let people = 0;
const enter = (kind: PersonKind): Promise<Person> =>
  kind.enter(server.port(kind.dialect.name), kind.name(++people));

/** Waits until a person is told something, where the protocol has words for it. */
async function isTold({ moderated }: Person, news: ServerNews): Promise<void> {
  if (isGap(moderated.told)) expect(moderated.told.cannot).toMatch(/^the protocol has no/);
  else await moderated.told(news);
}

const pairs = kinds.flatMap((one) =>
  kinds.map((other): readonly [PersonKind, PersonKind] => [one, other]),
);
const named = ([one, other]: readonly [PersonKind, PersonKind]): string =>
  `${one.dialect.name} and ${other.dialect.name}`;
const canBeIn = ({ rooms: own }: PersonKind, room: string): boolean =>
  own === 'any' || own.includes(room);

describe.each(pairs.map((pair) => [named(pair), pair] as const))('%s', (_name, [kind, other]) => {
  test('muted: one is refused, and the other hears nothing of it', async () => {
    const [speaker, hearer] = [await enter(kind), await enter(other)];
    await act({ do: 'mute', name: speaker.name });
    await speaker.moderated.speaksInVain(hearer, 'an unheard word');
    await act({ do: 'unmute', name: speaker.name });
    if (!isGap(speaker.write) && !isGap(hearer.reads) && kind.addresses(hearer)) {
      const read = hearer.reads(speaker, 'a word');
      await speaker.write(hearer, 'a word');
      await read;
    }
    expect(hearer.moderated.got('an unheard word')).toBe(false);
    await speaker.leave();
    await hearer.leave();
  });

  test('a topic and an announcement: both are told', async () => {
    const [one, two] = [await enter(kind), await enter(other)];
    const room = rooms.find((name) => canBeIn(kind, name) && canBeIn(other, name));
    const text = `tea ${people}`;
    const announced = {
      sentence: `Announcement: ${text}`,
      form: { is: 'announced', text },
    };
    await act({ do: 'announce', text });
    await Promise.all([isTold(one, announced), isTold(two, announced)]);
    if (room !== undefined && !isGap(one.join) && !isGap(two.join)) {
      await one.join(room);
      await two.join(room);
      await act({ do: 'room', room, act: { do: 'topic', topic: text } });
      const topic = {
        sentence: `The topic of ${room} is: ${text}`,
        form: { is: 'topic', room, topic: text },
      };
      await Promise.all([isTold(one, topic), isTold(two, topic)]);
      await act({ do: 'room', room, act: { do: 'topic', topic: '' } });
    }
    await one.leave();
    await two.leave();
  });

  test('kicked: one is put out and told why, and the other lists them no more', async () => {
    const [out, stays] = [await enter(kind), await enter(other)];
    const { sessionName } = out.moderated;
    await act({ do: 'kick', who: { name: sessionName }, reason: 'a rest' });
    await isTold(out, {
      sentence: 'You were kicked: a rest',
      form: { is: 'removed', why: 'kicked', reason: 'a rest' },
    });
    await out.moderated.putOut();
    // A web page comes back by itself.
    if (!isGap(stays.list) && kind !== webKind) {
      expect(await stays.list()).not.toContain(sessionName);
    }
    await stays.leave();
  });

  test('banned: one is put out and kept out, until that is undone', async () => {
    const [out, stays] = [await enter(kind), await enter(other)];
    const { sessionName } = out.moderated;
    const port = server.port(kind.dialect.name);
    await act({ do: 'ban', whom: { name: sessionName }, reason: 'enough' });
    await isTold(out, {
      sentence: 'You are banned: enough',
      form: { is: 'removed', why: 'banned', reason: 'enough' },
    });
    await out.moderated.putOut();
    await kind.keptOut(port, sessionName);
    if (!isGap(stays.list)) expect(await stays.list()).not.toContain(sessionName);
    await act({ do: 'unban', whom: { name: sessionName } });
    await stays.leave();
  });

  test('blocked: one is not told, and the other gets nothing of theirs', async () => {
    const [speaker, blocker] = [await enter(kind), await enter(other)];
    const { block } = blocker.moderated;
    if (isGap(block)) expect(block.cannot).toMatch(/^the protocol has no/);
    else {
      const room = rooms.find((name) => canBeIn(kind, name) && canBeIn(other, name));
      const isInRoom = room !== undefined && !isGap(speaker.join) && !isGap(blocker.join);
      if (isInRoom && !isGap(speaker.join) && !isGap(blocker.join)) {
        await blocker.join(room);
        await speaker.join(room);
      }
      await block(speaker.name, true);
      // The writer waits for the receipt, where there is one: it comes as always.
      const canWrite = !isGap(speaker.write) && kind.addresses(blocker);
      if (canWrite && !isGap(speaker.write)) await speaker.write(blocker, 'an unseen text');
      if (isInRoom && !isGap(speaker.say)) await speaker.say('an unheard line');
      if (isInRoom && !isGap(speaker.list)) await speaker.list();
      await block(speaker.name, false);
      if (canWrite && !isGap(speaker.write) && !isGap(blocker.reads)) {
        const read = blocker.reads(speaker, 'a text');
        await speaker.write(blocker, 'a text');
        await read;
      }
      expect(blocker.moderated.got('an unseen text')).toBe(false);
      expect(blocker.moderated.got('an unheard line')).toBe(false);
    }
    await speaker.leave();
    await blocker.leave();
  });
});
