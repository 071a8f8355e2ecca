// Reads one value by the type of its option, whether it comes from a flag, the environment or the config file.
import { didYouMean } from '../protocol/bytes/nearest';
import type { Option, Value } from './command';
import { CliError, exit } from './exit';

/** The value that `given` means; throws a CliError that names its `source` if it means none. */
export function readValue(option: Option, given: unknown, source: string): Value {
  const invalid = (wanted: string, hint?: string) =>
    new CliError(exit.usage, `${source}: ${JSON.stringify(given)} is not ${wanted}`, hint);
  if (!['string', 'number', 'boolean'].includes(typeof given)) throw invalid('a plain value');
  const text = String(given);
  switch (option.type) {
    case 'string':
      return text;
    case 'origins':
      return (
        origins(text) ??
        fail(invalid('an origin', 'write https://chat.example.org, several with commas between'))
      );
    case 'boolean':
      if (/^(1|true|yes|on)$/i.test(text)) return true;
      if (/^(0|false|no|off)$/i.test(text)) return false;
      throw invalid('true or false');
    case 'port':
      return integer(text, 0, 65_535) ?? fail(invalid('a port (0 to 65535)'));
    case 'integer': {
      const { min = 0, max = Number.MAX_SAFE_INTEGER } = option;
      return integer(text, min, max) ?? fail(invalid(`a whole number from ${min} to ${max}`));
    }
    case 'duration':
      return (
        milliseconds(text) ?? fail(invalid('a duration', 'write seconds, or 200ms, 5s, 2m, 1h'))
      );
    case 'size':
      return bytes(text) ?? fail(invalid('a size', 'write bytes, or 500K, 20M, 4G, 1T'));
    case 'enum':
      if (option.options.includes(text)) return text;
      throw invalid(`one of ${option.options.join(', ')}`, didYouMean(text, option.options));
  }
}

function fail(error: CliError): never {
  throw error;
}

function integer(text: string, min: number, max: number): number | undefined {
  const number = /^[+-]?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return number >= min && number <= max ? number : undefined;
}

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

function milliseconds(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text);
  return match ? Math.round(Number(match[1]) * unitMs[(match[2] ?? 's') as 's']) : undefined;
}

const unitBytes = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 } as const;

function bytes(text: string): number | undefined {
  const match = /^(\d{1,15})([kmgt]?)$/i.exec(text);
  const number = match ? Number(match[1]) * unitBytes[(match[2] ?? '').toLowerCase() as ''] : NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

/** The origins in a list with commas, as browsers write them. */
function origins(text: string): string | undefined {
  const list = text.split(',').map((part) => originIn(part.trim()));
  return list.every((origin) => origin !== undefined) ? list.join(',') : undefined;
}

function originIn(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const { origin, href } = new URL(text);
  // What stands behind the port, or before the host, is no part of an origin.
  return href === `${origin}/` ? origin : undefined;
}
