// The states of a user and of the server, row by row: what may happen where, and where it leads.

import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';

import {
  serverAfter,
  type ServerHappening,
  type ServerState,
  serverStates,
  userAfter,
  type UserHappening,
  type UserState,
  userStates,
} from '../../../src/protocol/groups/wire/states';

const user: readonly (readonly [UserState, UserHappening, UserState])[] = [
  ['out', 'connect', 'connecting'],
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
  ['chat', 'gone', 'in'],
  ['chat', 'chat', 'chat'],
  ['chat', 'chat2', 'chat2'],
  ['chat', 'lost', 'out'],
  ['chat2', 'line', 'chat2'],
  ['chat2', 'quit', 'in'],
  ['chat2', 'chat', 'chat'],
  ['chat2', 'chat2', 'chat2'],
  ['chat2', 'lost', 'out'],
  ['leaving', 'farewell', 'out'],
  ['leaving', 'lost', 'out'],
];

const server: readonly (readonly [ServerState, ServerHappening, ServerState])[] = [
  ['listening', 'connect', 'entering'],
  ['listening', 'transfer', 'carrying'],
  ['listening', 'disconnect', 'over'],
  ['listening', 'fault', 'over'],
  ['listening', 'ended', 'over'],
  ['listening', 'silent', 'over'],
  ['listening', 'stop', 'over'],
  ['entering', 'accepted', 'serving'],
  ['entering', 'refused', 'listening'],
  ['entering', 'ended', 'over'],
  ['entering', 'stop', 'over'],
  ['serving', 'request', 'serving'],
  ['serving', 'disconnect', 'over'],
  ['serving', 'fault', 'over'],
  ['serving', 'ended', 'over'],
  ['serving', 'silent', 'over'],
  ['serving', 'stop', 'over'],
  ['carrying', 'data', 'carrying'],
  ['carrying', 'settled', 'over'],
  ['carrying', 'fault', 'over'],
  ['carrying', 'ended', 'over'],
  ['carrying', 'silent', 'over'],
  ['carrying', 'stop', 'over'],
];

const rowsOf = (table: Readonly<Record<string, Readonly<Record<string, string>>>>): string[] =>
  Object.entries(table).flatMap(([state, row]) =>
    Object.entries(row).map(([what, next]) => `${state} ${what} ${next}`),
  );

test.each(user)('a user: %s, %s: %s', (state, what, next) => {
  expect(userAfter(state, what)).toBe(next);
});

test.each(server)('the server: %s, %s: %s', (state, what, next) => {
  expect(serverAfter(state, what)).toBe(next);
});

test('nothing else can happen anywhere', () => {
  expect(rowsOf(userStates)).toEqual(user.map((row) => row.join(' ')));
  expect(rowsOf(serverStates)).toEqual(server.map((row) => row.join(' ')));
  for (const state of Object.keys(userStates) as UserState[]) {
    for (const what of new Set(user.map(([, what]) => what))) {
      const row = user.find(([from, happening]) => from === state && happening === what);
      expect(userAfter(state, what)).toBe(row?.[2]);
    }
  }
});

test('every state can be reached and left, but the end', () => {
  const reached = new Set<string>([...user, ...server].map(([, , next]) => next));
  expect(
    [...Object.keys(userStates), ...Object.keys(serverStates)].filter((s) => !reached.has(s)),
  ).toEqual(['listening'].filter((state) => !reached.has(state)));
  expect(Object.entries(serverStates).filter(([, row]) => Object.keys(row).length === 0)).toEqual([
    ['over', {}],
  ]);
});

test('the README draws every row', () => {
  const readme = readFileSync('src/protocol/groups/README.md', 'utf8');
  for (const [state, what, next] of [...user, ...server]) {
    expect(readme).toContain(`| ${state} | ${what} | ${next} |`);
  }
});
