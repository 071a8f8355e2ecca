// The definition of a subcommand, in citty's words: its arguments as data, and the types that follow from them.
//
// A subcommand is one module that exports one value made by `defineCommand`; `src/main.ts` names it in one line:
//
//   export const greet = defineCommand({
//     meta: { name: 'greet', description: 'Greet a user' },
//     args: {
//       who: { type: 'positional', description: 'whom to greet' },
//       port: { type: 'port', alias: 'p', description: 'where the server listens', default: 8888 },
//       style: { type: 'enum', options: ['short', 'long'], description: 'how to greet' },
//       quiet: { type: 'boolean', description: 'say nothing' },
//       as: { type: 'string', valueHint: 'NAME', description: 'who greets', env: 'CHAT_USER' },
//     },
//     async run(args, io) {
//       // who: string, port: number, style: 'short' | 'long' | undefined, quiet: boolean, as: string | undefined
//       if (args.who === 'bob') throw new CliError(exit.noUser, 'no such user: bob');
//       io.out.write(`hello ${args.who}\n`);
//       return exit.ok;
//     },
//   });
//
// An option's value comes from the flag, else the environment (CHAT_PORT), else the config file (`port` under
// `[greet]`, else at its top), else the default. Help, strict parsing and settings all read this one definition.
import type { Io } from './io';

interface OptionCommon {
  /** Half a sentence for the help page. */
  readonly description: string;
  /** One letter: `-p`. */
  readonly alias?: string;
  /** What stands for the value on the help page; the type's own word if absent. */
  readonly valueHint?: string;
  /** The environment variable, where it is not CHAT_ and the name; false if there is none. */
  readonly env?: `CHAT_${string}` | false;
}

/** How each type of option is given, and what `run` gets for it: durations become milliseconds, sizes bytes, origins as a browser writes them. */
export type Option = OptionCommon &
  (
    | { readonly type: 'string'; readonly default?: string }
    | { readonly type: 'origins'; readonly default?: string }
    | { readonly type: 'boolean'; readonly default?: boolean }
    | { readonly type: 'enum'; readonly options: readonly string[]; readonly default?: string }
    | { readonly type: 'port' | 'duration' | 'size'; readonly default?: number }
    | {
        readonly type: 'integer';
        readonly min?: number;
        readonly max?: number;
        readonly default?: number;
      }
  );

/** An argument without a flag, known by its place. It must be given unless `required` is false. */
export interface Positional {
  readonly type: 'positional';
  readonly description: string;
  readonly required?: boolean;
}

export type Options = Readonly<Record<string, Option>>;
/** Positional arguments come in the order of the table. */
export type Args = Readonly<Record<string, Option | Positional>>;
export type Value = string | number | boolean | undefined;

type ValueOf<A extends Option | Positional> = A extends { type: 'positional' }
  ? A extends { required: false }
    ? string | undefined
    : string
  : A extends { type: 'boolean' }
    ? boolean
    : A extends { type: 'enum'; options: readonly (infer Word)[] }
      ? Word | MissingOf<A>
      : A extends { type: 'string' | 'origins' }
        ? string | MissingOf<A>
        : number | MissingOf<A>;
type MissingOf<A> = A extends { default: string | number } ? never : undefined;

/** What `run` gets: every argument under its own name. */
export type ParsedArgs<A extends Args> = { readonly [Name in keyof A]: ValueOf<A[Name]> };

export interface Command<A extends Args = Args> {
  readonly meta: { readonly name: string; readonly description: string };
  readonly args: A;
  /** Whole command lines, shown under the help page. */
  readonly examples?: readonly string[];
  /** Gives the exit status. */
  run(args: ParsedArgs<A>, io: Io): Promise<number>;
}

/** A command whose own arguments the compiler no longer knows: what the table in main.ts holds. */
export interface AnyCommand extends Omit<Command, 'run'> {
  run(args: never, io: Io): Promise<number>;
}

/** Does nothing but infer: the types that `run` gets follow from the table beside it. */
export function defineCommand<const A extends Args>(command: Command<A>): Command<A> {
  return command;
}

/** The arguments of a command that have a flag. */
export function optionsOf({ args }: AnyCommand): Options {
  return Object.fromEntries(
    Object.entries(args).filter((entry): entry is [string, Option] => isOption(entry[1])),
  );
}

/** The positional arguments of a command, in order. */
export function positionalsOf({ args }: AnyCommand): readonly (readonly [string, Positional])[] {
  return Object.entries(args).filter((entry): entry is [string, Positional] => !isOption(entry[1]));
}

const isOption = (arg: Option | Positional): arg is Option => arg.type !== 'positional';
