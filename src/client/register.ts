// `chat register` and `chat unregister`: an account, made or taken back without a session.

import { CliError, defineCommand, exit, type Io } from '../cli';
import type { CallerHost, Ending } from '../protocol/dialect';
import { OnceFace } from './face';
import { conclude, once } from './once';
import { type Goal, goalOf, serverOptions } from './target';

export const register = defineCommand({
  name: 'register',
  summary: 'Register a user',
  arguments: { user: { about: 'the name that others write to, or a URL', required: true } },
  options: {
    ...serverOptions,
    name: { type: 'string', hint: 'NAME', about: 'the full name' },
    born: { type: 'string', hint: 'DD/MM/YYYY', about: 'the date of birth' },
  },
  examples: ['chat register alice --name "Alice Liddell" --born 04/05/1852'],
  run({ user, name, born, ...flags }, io) {
    const goal = goalOf(user, flags);
    const { target, caller } = goal;
    const act = caller.register?.bind(caller);
    if (act === undefined) throw withoutAccounts(goal);
    if (name === undefined || born === undefined) {
      const missing = name === undefined ? '--name' : '--born';
      const hint = `chat register ${user} --name "FULL NAME" --born DD/MM/YYYY`;
      throw new CliError(exit.usage, `register: ${missing} is missing`, hint);
    }
    const who = { alias: nameIn(goal), fullName: name, born };
    return status(goal, io, (host, done) => act(host, target, who, done));
  },
});

export const unregister = defineCommand({
  name: 'unregister',
  summary: 'Take a registration back, with all that waits for it',
  arguments: { user: { about: 'the registered name, or a URL', required: true } },
  options: serverOptions,
  examples: ['chat unregister alice'],
  run({ user, ...flags }, io) {
    const goal = goalOf(user, flags);
    const { target, caller } = goal;
    const act = caller.unregister?.bind(caller);
    if (act === undefined) throw withoutAccounts(goal);
    return status(goal, io, (host, done) => act(host, target, nameIn(goal), done));
  },
});

async function status(
  goal: Goal,
  io: Io,
  act: (host: CallerHost, done: (ending: Ending) => void) => void,
): Promise<number> {
  const face = new OnceFace();
  const { ending } = await once(goal, face, (host, done) => {
    act(host, (ending) => done({ ending }));
  });
  return conclude(goal, io, face, ending);
}

function nameIn({ target, place }: Goal): string {
  if (target.user !== undefined) return target.user;
  throw new CliError(
    exit.usage,
    `${place} names nobody`,
    'write the name before the host: NAME@HOST',
  );
}

const withoutAccounts = ({ dialect }: Goal): CliError =>
  new CliError(exit.usage, `${dialect} knows no registration`);
