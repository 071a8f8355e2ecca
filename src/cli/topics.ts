// What holds for all commands, in a few topics: `chat help TOPIC` and the manual show the same texts.
import { exit } from './exit';

export interface Topic {
  /** What is typed behind `chat help`. */
  readonly name: string;
  readonly title: string;
  /** An empty line begins a paragraph. */
  readonly lines: readonly string[];
}

export const topics: readonly Topic[] = [
  {
    name: 'urls',
    title: 'URLS',
    lines: [
      'Where a command takes a user or a server, it takes a URL: PROTOCOL://USER@HOST:PORT/WHOM.',
      'PROTOCOL is mailbox, channels, relay, market, groups or basic. Everything but PROTOCOL and HOST may be missing.',
      '',
      'A URL wins over --server, --port and --dialect. Without a port the one of the protocol is taken, or the',
      'one that a server of this machine says it has open.',
    ],
  },
  {
    name: 'settings',
    title: 'SETTINGS',
    lines: [
      'The value of an option is the flag; else the environment (CHAT_PORT for --port); else the config file',
      '(port under [serve] for chat serve, or at its top for all commands); else the default.',
      '',
      'The config file is $XDG_CONFIG_HOME/chat/config.toml, usually ~/.config/chat/config.toml.',
      'NO_COLOR turns colours off.',
    ],
  },
  {
    name: 'files',
    title: 'FILES',
    lines: [
      '$XDG_CONFIG_HOME/chat/config.toml holds settings.',
      '',
      '$XDG_STATE_HOME/chat, usually ~/.local/state/chat, holds what the server keeps (unless --data names another',
      'folder) and what the client remembers: as whom you spoke, what you typed, whom you know.',
    ],
  },
  {
    name: 'scripts',
    title: 'SCRIPTS',
    lines: [
      'Results go to standard output, everything else to standard error. --json prints one object a line.',
      'chat send - reads the text from standard input; --lines sends one message a line; --retry tries again.',
      '',
      'chat receive waits for messages, and runs a command for each with --exec.',
    ],
  },
];

/** Every exit status of the executable with its meaning. */
export const statuses: readonly (readonly [number, string])[] = [
  [exit.ok, 'Done.'],
  [exit.usage, 'The command line cannot be understood.'],
  [exit.badData, 'A value or a file is not as it must be.'],
  [exit.noUser, 'There is no such user or room.'],
  [exit.unavailable, 'The server cannot be reached, or was lost.'],
  [exit.bug, 'A bug of chat itself.'],
  [exit.cannotCreate, 'Something could not be written.'],
  [exit.tryAgain, 'It cannot be done now; try again later.'],
  [exit.notAllowed, 'It is not allowed.'],
  [exit.interrupted, 'Interrupted by Ctrl-C; other signals: 128 and the number of the signal.'],
];

export const topicNamed = (name: string): Topic | undefined =>
  topics.find((topic) => topic.name === name) ?? (name === 'exit-status' ? exitStatus : undefined);

const exitStatus: Topic = {
  name: 'exit-status',
  title: 'EXIT STATUS',
  lines: statuses.map(([status, meaning]) => `${String(status).padStart(3)}  ${meaning}`),
};

export const topicNames: readonly string[] = [...topics, exitStatus].map(({ name }) => name);

/** A topic as `chat help` prints it. */
export const topicPage = ({ title, lines }: Topic): string =>
  `${title}\n\n${lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}\n`;
