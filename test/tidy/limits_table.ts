// The operators' table of every bound, made from the table of limits: names, values, and what the comments say of them.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { limits } from '../../src/protocol/limits';

/** Bounds of our own clients, which no server holds anybody to. */
const clients = ['client', 'terminal', 'page'];

export const heading = '## Every bound';

type Value = number | readonly number[] | { readonly [key: string]: Value };

const KiB = 1024;
const sizes = [
  ['GiB', KiB ** 3],
  ['MiB', KiB ** 2],
  ['KiB', KiB],
] as const;
const times = [
  ['h', 3_600_000],
  ['s', 1_000],
] as const;

const number = (value: number): string => value.toLocaleString('en');

/** In the greatest unit in which it is a whole number. */
function inUnits(value: number, units: readonly (readonly [string, number])[], least: string) {
  const [unit, size] = units.find(([, of]) => value >= of && value % of === 0) ?? [least, 1];
  return `${number(value / size)} ${unit}`;
}

function shown(name: string, value: Value): string {
  if (Array.isArray(value)) {
    return (value as readonly number[]).map((one) => shown(name, one)).join(', ');
  }
  if (typeof value === 'object') {
    const { burst = 0, perSecond = 0 } = value as Readonly<Record<string, number>>;
    return `${number(burst)} at once, ${number(perSecond)}/s`;
  }
  const of = value;
  if (of > 0 && of < 1) return `${number(of * 100)} %`;
  if (name.endsWith('Ms')) return inUnits(of, times, 'ms');
  if (/bytes/i.test(name)) return inUnits(of, sizes, 'bytes');
  return number(of);
}

/** What the comment over each bound says; one comment may stand over several. */
function comments(): Map<string, string> {
  const source = readFileSync(resolve(import.meta.dir, '../../src/protocol/limits.ts'), 'utf8');
  const found = new Map<string, string>();
  let owner = '';
  let comment = '';
  let isOpen = false;
  for (const line of source.split('\n')) {
    owner = /^ {2}(\w+): \{$/.exec(line)?.[1] ?? owner;
    const begins = /^ {4}\/\*\*/.test(line);
    if (begins) comment = '';
    if (begins || isOpen) {
      comment += ` ${line.replace(/^\s*(?:\/\*\*|\*(?!\/))?/, '').replace(/\*\/$/, '')}`;
      isOpen = !line.includes('*/');
      continue;
    }
    const bound = /^ {4}(\w+)[:,]/.exec(line)?.[1];
    if (bound !== undefined) found.set(`${owner}.${bound}`, comment.replace(/\s+/g, ' ').trim());
  }
  return found;
}

/** All bounds that a server keeps, and their values as they are shown. */
export function bounds(): (readonly [name: string, value: string])[] {
  return Object.entries(limits as Readonly<Record<string, Value>>)
    .filter(([owner]) => !clients.includes(owner))
    .flatMap(([owner, all]) => leaves(owner, all));
}

function leaves(name: string, value: Value): (readonly [string, string])[] {
  const isLeaf = typeof value !== 'object' || Array.isArray(value) || 'burst' in value;
  if (isLeaf) return [[name, shown(name, value)]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(`${name}.${key}`, inner));
}

/** The part of docs/limits.md from its heading on. */
export function everyBound(): string {
  const said = comments();
  let last = '';
  const rows = bounds().map(([name, value]) => {
    const comment = said.get(name.split('.').slice(0, 2).join('.')) ?? '';
    const about = comment === last ? 'as above' : comment;
    last = comment;
    return `| ${name} | ${value} | ${about.replaceAll('|', '\\|')} |`;
  });
  return [
    heading,
    '',
    'As `src/protocol/limits.ts` has them; `node_modules/.bin/bun scripts/limits.ts` writes this part anew.',
    '',
    '| bound | value | what it bounds, and what the peer gets |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
