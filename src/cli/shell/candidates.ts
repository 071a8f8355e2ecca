// What may stand at the end of a command line: read from the commands' own definitions, for every shell alike.
import { type AnyCommand, type Option, optionsOf, positionalsOf } from '../command';
import { commonOptions } from '../parse';
import type { CommandTable } from '../run';
import { topicNames } from '../topics';

/** What the user's own files remember. */
export interface Known {
  /** Names of users, the likeliest first. */
  readonly users: readonly string[];
  /** Servers as URLs without a user: `mailbox://localhost:8888`. */
  readonly servers: readonly string[];
}

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** `files`: paths fit as well, which the shell completes by itself. */
export interface Candidates {
  readonly values: readonly Candidate[];
  readonly files: boolean;
}

const nothing: Candidates = { values: [], files: false };
const only = (values: readonly string[], description: string): Candidates => ({
  values: values.map((value) => ({ value, description })),
  files: false,
});

/** `words`: what stands behind `chat`, up to the word being typed, which is the last and may be empty. */
export async function candidates(
  table: CommandTable,
  words: readonly string[],
  known: Known,
): Promise<Candidates> {
  const typed = words.at(-1) ?? '';
  const found = await allCandidates(table, words, known);
  return { ...found, values: found.values.filter(({ value }) => value.startsWith(typed)) };
}

async function allCandidates(
  table: CommandTable,
  words: readonly string[],
  known: Known,
): Promise<Candidates> {
  const [name = '', ...rest] = words;
  if (rest.length === 0) return namesOf(table);
  if (name === 'help' || name === 'manual') return rest.length === 1 ? pagesOf(table) : nothing;
  if (!Object.hasOwn(table, name)) return nothing;
  const command = await table[name]?.();
  return command === undefined ? nothing : argumentsOf(command, rest, known);
}

async function namesOf(table: CommandTable): Promise<Candidates> {
  const commands = await Promise.all(Object.values(table).map((load) => load()));
  const values = commands.map(({ meta }) => ({ value: meta.name, description: meta.description }));
  const help = { value: 'help', description: 'Show the page of a command or a topic' };
  return { values: [...values, help], files: false };
}

/** What has a page: commands and topics. */
async function pagesOf(table: CommandTable): Promise<Candidates> {
  const { values } = await namesOf(table);
  const about = topicNames.map((value) => ({ value, description: 'a topic' }));
  return { values: [...values.filter(({ value }) => value !== 'help'), ...about], files: false };
}

function argumentsOf(command: AnyCommand, words: readonly string[], known: Known): Candidates {
  const options = { ...optionsOf(command), ...commonOptions };
  const typed = words.at(-1) ?? '';
  const before = words.at(-2) ?? '';
  const inline = /^(--[^=]+)=/.exec(typed)?.[1];
  if (inline !== undefined) {
    const { values, files } = valuesOf(inline, options[inline.slice(2)], known);
    return { values: values.map((one) => ({ ...one, value: `${inline}=${one.value}` })), files };
  }
  const flag = flagNamed(options, before);
  if (flag !== undefined && flag[1].type !== 'boolean') return valuesOf(flag[0], flag[1], known);
  if (typed.startsWith('-')) return flagsOf(options, words.slice(0, -1));
  return positionalAt(command, placeOf(options, words), known);
}

/** The option of a flag as it was written. */
function flagNamed(
  options: Readonly<Record<string, Option>>,
  word: string,
): readonly [string, Option] | undefined {
  return Object.entries(options).find(
    ([name, { alias }]) => word === `--${name}` || (alias !== undefined && word === `-${alias}`),
  );
}

function flagsOf(options: Readonly<Record<string, Option>>, used: readonly string[]): Candidates {
  const values = Object.entries(options).flatMap(([name, { type, description, ...option }]) => {
    const isOn = type === 'boolean' && 'default' in option && option.default === true;
    const value = isOn ? `--no-${name}` : `--${name}`;
    return used.includes(value) ? [] : [{ value, description }];
  });
  return { values, files: false };
}

/** How many positional arguments stand before the one being typed. */
function placeOf(options: Readonly<Record<string, Option>>, words: readonly string[]): number {
  let place = 0;
  for (let index = 0; index < words.length - 1; index++) {
    const word = words[index] ?? '';
    if (!word.startsWith('-') || word === '-') place++;
    else if (!word.includes('=') && (flagNamed(options, word)?.[1].type ?? 'boolean') !== 'boolean')
      index++;
  }
  return place;
}

/** What is known of a flag's value, by its type and by the word that stands for it on the help page. */
function valuesOf(flag: string, option: Option | undefined, known: Known): Candidates {
  if (option === undefined) return nothing;
  if (option.type === 'enum') return only(option.options, option.description);
  if (option.valueHint === 'FILE' || option.valueHint === 'DIR') return { values: [], files: true };
  if (option.valueHint === 'HOST') return only(hostsOf(known), 'a server');
  return /as$|user$/.test(flag) ? only(known.users, 'a user') : nothing;
}

const hostsOf = ({ servers }: Known): string[] => [
  ...new Set(servers.flatMap((url) => (URL.canParse(url) ? new URL(url).hostname : []))),
];

/** A command's argument that names somebody may also be the URL of a server. */
function positionalAt(command: AnyCommand, place: number, known: Known): Candidates {
  const name = positionalsOf(command)[place]?.[0] ?? '';
  if (['user', 'to', 'alias', 'with'].includes(name)) {
    const { values } = only(known.users, 'a user');
    return { values: [...values, ...only(known.servers, 'a server').values], files: false };
  }
  return { values: [], files: /file|path/.test(name) };
}
