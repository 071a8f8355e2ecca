// The terminal's session against a server that the test plays: what it repeats, and when what was typed is said.

import { expect, test } from 'bun:test';

import type { ClientOptions } from '../../../src/protocol/dialect';
import { client } from '../../../src/protocol/web/client/index';
import { FakeClientHost } from '../../support/fake_client_host';

type Asked = Readonly<Record<string, unknown>> & { readonly ref: number; readonly do: string };

function session(more: Partial<ClientOptions['target']> = {}) {
  const host = new FakeClientHost();
  host.kept.set('alice', 'k'.repeat(43));
  const target = { host: '127.0.0.1', port: 1, user: 'alice', path: '', ...more };
  const web = client.connect(host, { target, interactive: true, takeover: false });
  const asked = (): Asked[] =>
    host.connection
      .take()
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Asked);
  const tell = (...messages: object[]): void =>
    host.connection.push(
      Buffer.from(messages.map((message) => `${JSON.stringify(message)}\n`).join('')),
    );
  /** Answers the request of that verb, which must be among those that were asked since. */
  const answer = (from: readonly Asked[], verb: string, value: object | string): void => {
    const ref = from.find((one) => one.do === verb)?.ref ?? expect.unreachable(verb);
    tell(
      typeof value === 'string' ? { is: 'refused', ref, why: value } : { is: 'done', ref, value },
    );
  };
  const login = (): void => {
    host.connection.events?.opened?.();
    answer(asked(), 'login', { name: 'alice' });
  };
  return { host, web, asked, tell, answer, login };
}

const message = { is: 'message', serial: 5, id: 1, from: 'bob', to: 'alice', at: 1, door: 'web' };

test('a message is confirmed when it was shown, and shown once', () => {
  const { host, asked, tell, login } = session();
  login();
  asked();
  tell({ ...message, text: 'one\ntwo' });
  expect(host.takeLines().slice(-2)).toEqual(['bob: one', '    two']);
  expect(asked()).toMatchObject([{ do: 'got', serial: 5 }]);
  // The confirmation was lost.
  host.connection.events?.lost('reset');
  expect(host.takeLines().join()).toStartWith('The server is gone; trying again in');
  host.ring();
  login();
  asked();
  tell({ ...message, text: 'one\ntwo' });
  expect(host.takeLines()).toEqual(['Connected again.']);
  expect(asked()).toMatchObject([{ do: 'got', serial: 5 }]);
});

test('what was shown is marked as read, and what was not is counted', () => {
  const { host, asked, tell, answer, login } = session();
  login();
  const listed = { kind: 'private', newest: 5, seen: 0, unread: 1, changed: 0 };
  answer(asked(), 'conversations', {
    conversations: [
      { ...listed, conversation: 1, name: 'bob' },
      { ...listed, conversation: 2, name: 'club', kind: 'group', unread: 3 },
    ],
    more: false,
  });
  tell({ ...message, text: 'hi' });
  host.takeLines();
  host.ring();
  expect(host.takeLines()).toEqual(['Unread: #club 3. /history NAME shows it.']);
  const history = asked();
  expect(history.filter((one) => one['with'] === 'bob')).toMatchObject([{ do: 'history' }]);
  const conversation = { conversation: 1, kind: 'private', name: 'bob' };
  answer(history, 'history', { conversation, entries: [], more: false });
  expect(asked()).toMatchObject([{ do: 'mark', conversation: 1, got: 5, seen: 5 }]);
});

test('a text without an answer is said again behind the room, under its key', () => {
  const { host, web, asked, answer, login } = session({ path: '#talk' });
  login();
  answer(asked(), 'join', {});
  asked();
  const endings: string[] = [];
  web.typed('hello', (ending) => endings.push(ending));
  const [first] = asked();
  expect(first).toMatchObject({ do: 'say', room: 'talk', text: 'hello' });
  host.connection.events?.lost('reset');
  host.ring();
  login();
  const again = asked();
  expect(again.map((one) => one.do)).toEqual(['join', 'say']);
  expect(again[1]?.['key']).toBe(first?.['key'] as string);
  // The server has lost the room with its memory.
  answer(again, 'join', 'unknown-room');
  answer(again, 'say', 'not-member');
  expect(endings).toEqual([]);
  answer(asked(), 'create', {});
  answer(asked(), 'join', {});
  answer(asked(), 'say', { at: 1, serial: 9 });
  expect(endings).toEqual(['done']);
  expect(host.endings).toEqual([]);
});

test('nobody comes in without a name, a key, or the right one', () => {
  const host = new FakeClientHost();
  const target = { host: '127.0.0.1', port: 1, path: '' };
  client.connect(host, { target, interactive: true, takeover: false });
  expect(host.endings).toEqual(['usage']);
  expect(host.takeLines()).toEqual(['Say who you are: https://NAME@HOST, or hint for user']);
  const keyless = new FakeClientHost();
  client.connect(keyless, {
    target: { ...target, user: 'alice' },
    interactive: true,
    takeover: false,
  });
  expect(keyless.endings).toEqual(['not-allowed']);
  expect(keyless.connections).toEqual([]);
  const wrong = session();
  wrong.host.connection.events?.opened?.();
  wrong.answer(wrong.asked(), 'login', 'not-allowed');
  expect(wrong.host.endings).toEqual(['not-allowed']);
});

test('completion: words, then names and rooms that the server has told', () => {
  const { web, asked, answer, login } = session();
  login();
  const listed = { conversation: 1, newest: 3, seen: 3, unread: 0, changed: 0 };
  answer(asked(), 'conversations', {
    conversations: [
      { ...listed, kind: 'private', name: 'bob' },
      { ...listed, kind: 'group', name: 'club' },
    ],
    more: false,
  });
  expect(web.complete?.('/hi')).toContain('/history');
  expect(web.complete?.('/msg b')).toEqual(['bob', '#club']);
  expect(web.complete?.('/join c')).toEqual(['club']);
  expect(web.complete?.('and bo')).toEqual(['bob']);
});
