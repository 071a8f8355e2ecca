// The states of a user and of the server, row by row: what may happen where, and where it leads; all else throws.

import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';

import { reasonTexts } from '../../../src/protocol/groups/wire/messages';
import {
  type ServerEvent,
  type ServerState,
  serverStateAfter,
  serverStates,
  type UserEvent,
  type UserState,
  userStateAfter,
  userStates,
} from '../../../src/protocol/groups/wire/states';

const user: readonly (readonly [UserState, UserEvent, UserState])[] = [
  ['out', 'connect', 'connecting'],
  ['out', 'quit', 'out'],
  ['connecting', 'accepted', 'in'],
  ['connecting', 'refused', 'out'],
  ['connecting', 'lost', 'out'],
  ['connecting', 'quit', 'out'],
  ['in', 'chat', 'chat'],
  ['in', 'chat2', 'chat2'],
  ['in', 'quit', 'leaving'],
  ['in', 'lost', 'out'],
  ['chat', 'line', 'chat'],
  ['chat', 'quit', 'in'],
  ['chat', 'gone', 'alone'],
  ['chat', 'lost', 'out'],
  ['alone', 'line', 'alone'],
  ['alone', 'back', 'chat'],
  ['alone', 'quit', 'in'],
  ['alone', 'lost', 'out'],
  ['chat2', 'line', 'chat2'],
  ['chat2', 'quit', 'in'],
  ['chat2', 'lost', 'out'],
  ['leaving', 'farewell', 'out'],
  ['leaving', 'silent', 'out'],
  ['leaving', 'lost', 'out'],
];

const server: readonly (readonly [ServerState, ServerEvent, ServerState])[] = [
  ['listening', 'connect', 'entering'],
  ['listening', 'transfer', 'carrying'],
  ['listening', 'disconnect', 'over'],
  ['listening', 'fault', 'over'],
  ['listening', 'ended', 'over'],
  ['listening', 'silent', 'over'],
  ['listening', 'stop', 'over'],
  ['listening', 'lost', 'over'],
  ['entering', 'accepted', 'serving'],
  ['entering', 'refused', 'listening'],
  ['entering', 'silent', 'entering'],
  ['entering', 'stop', 'over'],
  ['entering', 'lost', 'over'],
  ['serving', 'request', 'serving'],
  ['serving', 'disconnect', 'over'],
  ['serving', 'fault', 'over'],
  ['serving', 'ended', 'over'],
  ['serving', 'silent', 'over'],
  ['serving', 'stop', 'over'],
  ['serving', 'lost', 'over'],
  ['carrying', 'data', 'carrying'],
  ['carrying', 'settled', 'over'],
  ['carrying', 'fault', 'over'],
  ['carrying', 'ended', 'over'],
  ['carrying', 'silent', 'over'],
  ['carrying', 'stop', 'over'],
  ['carrying', 'lost', 'over'],
  ['over', 'ended', 'over'],
  ['over', 'stop', 'over'],
  ['over', 'lost', 'over'],
];

const rowsOf = (table: Readonly<Record<string, Readonly<Record<string, string>>>>): string[] =>
  Object.entries(table).flatMap(([state, row]) =>
    Object.entries(row).map(([what, next]) => `${state} ${what} ${next}`),
  );

test.each(user)('a user: %s, %s: %s', (state, event, next) => {
  expect(userStateAfter(state, event)).toBe(next);
});

test.each(server)('the server: %s, %s: %s', (state, event, next) => {
  expect(serverStateAfter(state, event)).toBe(next);
});

test('nothing else can happen anywhere, and throws', () => {
  expect(rowsOf(userStates)).toEqual(user.map((row) => row.join(' ')));
  expect(rowsOf(serverStates)).toEqual(server.map((row) => row.join(' ')));
  for (const [states, rows, after] of [
    [userStates, user, userStateAfter],
    [serverStates, server, serverStateAfter],
  ] as const) {
    for (const state of Object.keys(states)) {
      for (const event of new Set(rows.map(([, event]) => event))) {
        if (rows.some((row) => row[0] === state && row[1] === event)) continue;
        expect(() => after(state as never, event as never)).toThrow(
          `no row for ${event} in the state ${state}`,
        );
      }
    }
  }
});

test('every state can be reached, and every one but the end can be left', () => {
  const rows: readonly (readonly [string, string, string])[] = [...user, ...server];
  for (const state of [...Object.keys(userStates), ...Object.keys(serverStates)]) {
    const isStart = state === 'listening';
    expect(isStart || rows.some(([from, , to]) => to === state && from !== state)).toBe(true);
    const isEnd = state === 'over';
    expect(rows.some(([from, , to]) => from === state && to !== state)).toBe(!isEnd);
  }
});

test('the README draws every row', () => {
  const readme = readFileSync('src/protocol/groups/README.md', 'utf8');
  for (const [state, event, next] of [...user, ...server]) {
    expect(readme).toContain(`| ${state} | ${event} | ${next} |`);
  }
});

test('the README lists every reason with its sentence', () => {
  const readme = readFileSync('src/protocol/groups/README.md', 'utf8');
  for (const [reason, text] of Object.entries(reasonTexts)) {
    expect(readme).toContain(`| \`${reason}\` | ${text} |`);
  }
});
