// The words of a command line are taken apart as node:util does it, whatever they are.

import { expect, test } from 'bun:test';
import { parseArgs } from 'node:util';

import { tokensOf } from '../../src/cli/tokens';
import { runSeed, seeded } from '../support/random';

const flags = {
  port: { type: 'string', short: 'p' },
  all: { type: 'boolean', short: 'a' },
  quiet: { type: 'boolean', short: 'q' },
  'max-file': { type: 'string' },
} as const;

const words = [
  '--port',
  '--port=1',
  '--port=',
  '-p',
  '-p1',
  '-p=1',
  '-ap1',
  '-apq',
  '-a',
  '-aq',
  '-qa',
  '--all',
  '--all=yes',
  '--max-file',
  '--nothing',
  '--nothing=2',
  '-x',
  '-xa',
  '-ax',
  '-5',
  '-',
  '--',
  '---',
  '--=',
  '--=x',
  '---x=1',
  'bob',
  '',
  'a=b',
  '-a-',
  '-é',
  '--no-all',
];

test('a thousand lines of words', () => {
  const seed = runSeed();
  const random = seeded(seed);
  const pick = (most: number): number => Math.floor(random() * most);
  for (let line = 0; line < 1000; line++) {
    const args = Array.from({ length: pick(6) }, () => words[pick(words.length)] ?? '');
    const { tokens } = parseArgs({
      args,
      options: flags,
      allowPositionals: true,
      strict: false,
      tokens: true,
    });
    const theirs = tokens.map(({ index: _, ...token }) => token);
    expect({ seed, args, tokens: tokensOf(args, flags) }).toEqual({ seed, args, tokens: theirs });
  }
});
