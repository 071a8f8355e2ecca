// Manual pages in roff's `man` macros, from the commands' own definitions.
import { type AnyCommand, type Option, optionsOf, positionalsOf } from './command';
import { commonOptions, valueHintOf } from './parse';
import { statuses, topics } from './topics';

/** A text as roff takes it: no character of it is a command. */
const plain = (text: string): string =>
  text
    .replace(/[\\-]/g, (character) => (character === '-' ? '\\-' : '\\e'))
    .replace(/^([.'])/gm, '\\&$1');

const bold = (text: string): string => `\\fB${plain(text)}\\fR`;
const italic = (text: string): string => `\\fI${plain(text)}\\fR`;
const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`.SH ${title}`, ...lines];
const page = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

const titleLine = (name: string, version: string): string =>
  `.TH ${name.toUpperCase().replaceAll('-', '\\-')} 1 "" "chat ${version}" "User Commands"`;

/** `chat(1)`: the executable, its subcommands, and what holds for all of them. */
export function mainManual(version: string, commands: readonly AnyCommand[]): string {
  return page([
    titleLine('chat', version),
    ...section('NAME', ['chat \\- one chat behind many doors']),
    ...section('SYNOPSIS', [`${bold('chat')} ${italic('COMMAND')} [${italic('ARGUMENT')} ...]`]),
    ...section(
      'COMMANDS',
      commands.flatMap(({ meta }) => [
        '.TP',
        bold(`chat-${meta.name}`).concat('(1)'),
        plain(meta.description),
      ]),
    ),
    ...topics.flatMap(({ title, lines }) => section(title, lines.map(topicLine))),
    ...section('EXIT STATUS', statusLines()),
  ]);
}

/** `chat-NAME(1)`. */
export function commandManual(version: string, command: AnyCommand): string {
  const { meta, examples = [] } = command;
  const words = positionalsOf(command);
  const options = Object.entries({ ...optionsOf(command), ...commonOptions });
  const synopsis = words.map(([name, { required = true }]) =>
    required ? italic(name.toUpperCase()) : `[${italic(name.toUpperCase())}]`,
  );
  return page([
    titleLine(`chat-${meta.name}`, version),
    ...section('NAME', [`chat\\-${plain(meta.name)} \\- ${plain(lowerFirst(meta.description))}`]),
    ...section('SYNOPSIS', [
      [bold(`chat ${meta.name}`), ...synopsis, `[${italic('OPTION')} ...]`].join(' '),
    ]),
    ...section(
      'ARGUMENTS',
      words.flatMap(([name, { description }]) => [
        '.TP',
        italic(name.toUpperCase()),
        plain(description),
      ]),
    ),
    ...section(
      'OPTIONS',
      options.flatMap(([name, option]) => optionLines(name, option)),
    ),
    ...section(
      'EXAMPLES',
      examples.flatMap((line) => ['.nf', plain(line), '.fi']),
    ),
    ...section('SEE ALSO', [`${bold('chat')}(1)`]),
  ]);
}

function optionLines(name: string, option: Option): string[] {
  const hint = option.type === 'boolean' ? '' : ` ${italic(valueHintOf(name, option))}`;
  const short = option.alias === undefined ? '' : `${bold(`-${option.alias}`)}, `;
  const value = option.default;
  const shown = option.type === 'duration' ? Number(value) / 1000 : value;
  const isShown = value !== undefined && value !== false;
  return [
    '.TP',
    `${short}${bold(`--${name}`)}${hint}`,
    plain(`${option.description}${isShown ? ` (default ${shown})` : ''}`),
  ];
}

const topicLine = (line: string): string => (line === '' ? '.PP' : plain(line));

const statusLines = (): string[] =>
  statuses.flatMap(([status, meaning]) => ['.TP', bold(String(status)), plain(meaning)]);

const lowerFirst = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1);
