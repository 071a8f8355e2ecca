// The value of `--rate`: how much of each kind one address may do in a second.

import { CliError, exit } from '../../cli/exit';
import { didYouMean } from '../../protocol/bytes/nearest';
import type { RateKind } from '../../protocol/commands';
import { limits } from '../../protocol/limits';

type PerSecond = Partial<Record<RateKind, number>>;

const kinds = Object.keys(limits.quota.rates) as RateKind[];

/** Reads `KIND=N,...` or `off`. Throws a CliError that says what is wrong. */
export function readRates(text: string): Readonly<PerSecond> {
  if (text === 'off') return Object.fromEntries(kinds.map((kind) => [kind, Infinity]));
  const perSecond: PerSecond = {};
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.split('=');
    const kind = kinds.find((one) => one === name);
    if (!kind) {
      const wanted = `one of ${kinds.join(', ')}`;
      const hint = didYouMean(name, kinds) ?? 'write --rate messages=2000,rooms=5 or --rate off';
      throw new CliError(exit.usage, `--rate: ${JSON.stringify(name)} is not ${wanted}`, hint);
    }
    perSecond[kind] = value === 'off' ? Infinity : numberOf(value);
  }
  return perSecond;
}

function numberOf(text: string): number {
  const number = /^\d{1,9}(\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (number > 0) return number;
  const wanted = 'a number above 0, or off';
  throw new CliError(exit.usage, `--rate: ${JSON.stringify(text)} is not ${wanted}`);
}
