// One-shot sending without a network: every answer and what it comes to.

import { expect, test } from 'bun:test';

import type { SendResult } from '../../../src/protocol/dialect';
import { limits } from '../../../src/protocol/limits';
import { RelaySender } from '../../../src/protocol/relay/client/sender';
import { FakeClientHost } from '../../support/fake_client_host';
import { erro, linesIn, ok } from './frames';

function makeSender(user?: string) {
  const host = new FakeClientHost();
  const made = new RelaySender(host, {
    ...(user !== undefined && { user }),
    host: 'h',
    port: 1,
    path: '',
  });
  const results: SendResult[] = [];
  return {
    host,
    results,
    send: (to: string, text = 'Ob-la-da', attach?: string) =>
      made.send({ to, text, ...(attach !== undefined && { attach }) }, (result) =>
        results.push(result),
      ),
    open: () => host.connection.events?.opened?.(),
    close: (done: () => void) => made.close(done),
    said: () => linesIn(host.connection.take(), false),
  };
}

test('registers, says each text when the one before was answered, and leaves', () => {
  const made = makeSender('7');
  made.send('1002');
  made.open();
  expect(made.said()).toEqual(['OI 7>0 #0']);
  made.host.connection.push(ok(0, 7, 0));
  expect(made.said()).toEqual(['MSG 7>1002 #1 "Ob-la-da"']);
  made.host.connection.push(ok(0, 7, 1));
  made.send('0', 'all');
  expect(made.said()).toEqual(['MSG 7>0 #2 "all"']);
  made.host.connection.push(ok(0, 7, 2));
  expect(made.results).toEqual([
    { ending: 'done', id: '1', line: 'OK 1' },
    { ending: 'done', id: '2', line: 'OK 2' },
  ]);
  let isClosed = false;
  made.close(() => (isClosed = true));
  expect(made.said()).toEqual(['FLW 7>0 #3']);
  expect(isClosed).toBe(false);
  made.host.connection.push(ok(0, 7, 3));
  expect(isClosed).toBe(true);
  expect(made.host.connection.ending).toBe('ended');
});

test('without a number the server picks one; an emitter is written to at its display; no path is all', () => {
  const made = makeSender();
  made.send('2');
  made.open();
  made.host.connection.push(ok(0, 12, 0));
  made.host.connection.push(ok(0, 12, 1));
  made.send('');
  expect(made.said()).toEqual(['OI 0>0 #0', 'MSG 12>1002 #1 "Ob-la-da"', 'MSG 12>0 #2 "Ob-la-da"']);
});

test('a display that is not there, what is no display, a server that takes nothing', () => {
  const made = makeSender('7');
  made.send('1002');
  made.open();
  made.host.connection.push(ok(0, 7, 0));
  made.host.connection.push(erro(0, 7, 1));
  made.send('bob');
  made.send('0');
  made.host.connection.push(erro(0, 7, 2));
  expect(made.results).toEqual([
    { ending: 'unknown-user', line: 'There is no display 1002.' },
    { ending: 'unknown-user', line: 'There is no display bob.' },
    { ending: 'try-later', line: 'The server did not take it.' },
  ]);
});

test('a number in use', () => {
  for (const [user, line] of [
    ['7', 'Number 7 is in use; 0 is any that is free.'],
    [undefined, 'Every number is in use.'],
  ] as const) {
    const made = makeSender(user);
    made.send('1002');
    made.open();
    made.host.connection.push(erro(0, Number(user ?? 0), 0));
    made.send('1003');
    expect(made.results).toEqual([
      { ending: 'try-later', line },
      { ending: 'try-later', line },
    ]);
  }
});

test('what is no emitter dials nothing', () => {
  for (const user of ['alice', '1007', '-7', '70000']) {
    const made = makeSender(user);
    made.send('1002');
    expect(made.results).toMatchObject([{ ending: 'usage' }]);
    expect(made.host.connections).toEqual([]);
    let isClosed = false;
    made.close(() => (isClosed = true));
    expect(isClosed).toBe(true);
  }
});

test('carries no files', () => {
  const made = makeSender('7');
  made.send('1002', 'see', 'a.png');
  expect(made.results).toMatchObject([{ ending: 'usage' }]);
});

test('a server that is not there, goes, or does not answer', () => {
  const away = makeSender('7');
  away.send('1002');
  away.host.connection.events?.lost('refused');
  expect(away.results).toEqual([{ ending: 'unreachable', line: 'Unable to connect to h:1.' }]);

  const gone = makeSender('7');
  gone.send('1002');
  gone.open();
  gone.host.connection.push(ok(0, 7, 0));
  gone.host.connection.events?.lost('reset');
  gone.send('1002');
  expect(gone.results.map(({ line }) => line)).toEqual([
    'The server is gone.',
    'The server is gone.',
  ]);

  const silent = makeSender('7');
  silent.send('1002');
  silent.open();
  expect(silent.host.timers.map(({ ms }) => ms)).toEqual([limits.relay.sendMs]);
  silent.host.ring();
  expect(silent.results).toEqual([{ ending: 'try-later', line: 'The server does not answer.' }]);
});
