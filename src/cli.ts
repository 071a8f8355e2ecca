// What a subcommand is: its options and arguments as data, what it gets, and the statuses it may exit with.
//
// A subcommand is one module that exports one value made by `defineCommand`; `src/main.ts` names it in one line:
//
//   export const greet = defineCommand({
//     name: 'greet',
//     summary: 'Greet somebody',
//     arguments: { who: { about: 'whom to greet', required: true } },
//     options: {
//       port: { type: 'port', short: 'p', about: 'where the server listens', default: 8888 },
//       style: { type: 'choice', choices: ['short', 'long'], about: 'how to greet' },
//       quiet: { type: 'boolean', about: 'say nothing' },
//       as: { type: 'string', hint: 'NAME', about: 'who greets', env: 'CHAT_USER' },
//     },
//     async run(options, io) {
//       // who: string, port: number, style: 'short' | 'long' | undefined, quiet: boolean, as: string | undefined
//       if (options.who === 'nobody') throw new CliError(exit.noUser, 'no such user: nobody');
//       io.out.write(`hello ${options.who}\n`);
//       return exit.ok;
//     },
//   });
//
// A value comes from the flag, else the environment (CHAT_PORT), else the config file (`port` under `[greet]`, else at
// its top), else the default. Everything is strict: see cli/parse.ts and cli/settings.ts.

/** What the process may exit with; the numbers are those of sysexits.h, which other programs know too. */
export const exit = {
  ok: 0,
  usage: 64,
  badData: 65,
  noUser: 67,
  unavailable: 69,
  bug: 70,
  cannotCreate: 73,
  tryAgain: 75,
  notAllowed: 77,
  interrupted: 130,
} as const;

/** An end that the user can do something about: one line, an optional hint, no stack. */
export class CliError extends Error {
  readonly status: number;
  readonly hint: string | undefined;

  constructor(status: number, message: string, hint?: string) {
    super(message);
    this.name = 'CliError';
    this.status = status;
    this.hint = hint;
  }
}

interface OptionCommon {
  /** Half a sentence for the help page. */
  readonly about: string;
  /** One letter: `-p`. */
  readonly short?: string;
  /** What stands for the value on the help page; the type's own word if absent. */
  readonly hint?: string;
  /** The environment variable, where it is not CHAT_ and the name; false if there is none. */
  readonly env?: `CHAT_${string}` | false;
}

/** How each type of option is given, and what `run` gets for it: durations become milliseconds, sizes bytes. */
export type Option = OptionCommon &
  (
    | { readonly type: 'string'; readonly default?: string }
    | { readonly type: 'boolean'; readonly default?: boolean }
    | { readonly type: 'port'; readonly default?: number }
    | {
        readonly type: 'integer';
        readonly min?: number;
        readonly max?: number;
        readonly default?: number;
      }
    | { readonly type: 'duration'; readonly default?: number }
    | { readonly type: 'size'; readonly default?: number }
    | { readonly type: 'choice'; readonly choices: readonly string[]; readonly default?: string }
  );

export interface Argument {
  readonly about: string;
  readonly required?: boolean;
}

export type Options = Readonly<Record<string, Option>>;
export type Arguments = Readonly<Record<string, Argument>>;
export type Value = string | number | boolean | undefined;

type ValueOf<O extends Option> = O extends { type: 'boolean' }
  ? boolean
  : O extends { type: 'choice'; choices: readonly (infer C)[] }
    ? C | Absent<O>
    : O extends { type: 'string' }
      ? string | Absent<O>
      : number | Absent<O>;
type Absent<O extends Option> = O extends { default: string | number } ? never : undefined;

/** What `run` gets: every option and every argument under its own name. */
export type Given<O extends Options, A extends Arguments> = {
  readonly [K in keyof O]: ValueOf<O[K]>;
} & { readonly [K in keyof A]: A[K] extends { required: true } ? string : string | undefined };

/** One stream of the process that text goes to, whole or not at all. */
export interface Sink {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Whether colour is wanted here: a terminal, and nobody said no. */
  readonly color: boolean;
}

/** The process as a subcommand sees it, so that a test can hand in another one. */
export interface Io {
  /** Data. */
  readonly out: Sink;
  /** Everything else. */
  readonly err: Sink;
  readonly input: { stream(): ReadableStream<Uint8Array>; readonly isTerminal: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Command<O extends Options = Options, A extends Arguments = Arguments> {
  readonly name: string;
  readonly summary: string;
  readonly options: O;
  readonly arguments: A;
  /** Whole command lines, shown under the help page. */
  readonly examples?: readonly string[];
  run(options: Given<O, A>, io: Io): Promise<number>;
}

/** A command whose own options are no longer known to the compiler: what the table in main.ts holds. */
export interface AnyCommand extends Omit<Command, 'run'> {
  run(options: never, io: Io): Promise<number>;
}

/** Does nothing but infer: the types of `options` in `run` follow from the tables beside it. */
export function defineCommand<const O extends Options, const A extends Arguments>(
  command: Command<O, A>,
): Command<O, A> {
  return command;
}
