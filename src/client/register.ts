// `chat register` and `chat unregister`: they make an account, or delete it, without a session.

import { defineCommand } from '../cli/command';
import { CliError, exit } from '../cli/exit';
import type { Io } from '../cli/io';
import type { ClientHost, Ending } from '../protocol/dialect';
import { type Endpoint, endpointOf, serverOptions } from './endpoint';
import { keyOptions, withKeys } from './keys';
import { atOpenDoor } from './local_doors';
import { oneShot, report } from './one_shot';
import { OneShotView } from './view';

export const register = defineCommand({
  meta: { name: 'register', description: 'Register a user' },
  args: {
    user: { type: 'positional', description: 'the name that others write to, or a URL' },
    ...serverOptions,
    ...keyOptions,
    name: { type: 'string', valueHint: 'NAME', description: 'the full name' },
    born: { type: 'string', valueHint: 'DD/MM/YYYY', description: 'the date of birth' },
  },
  examples: ['chat register alice --name "Alice Liddell" --born 04/05/1852'],
  async run({ user, name, born, ...flags }, io) {
    const endpoint = withKeys(await atOpenDoor(endpointOf(user, flags), io), flags, io);
    const { target, client } = endpoint;
    const makeAccount = client.register?.bind(client);
    if (makeAccount === undefined) throw noAccounts(endpoint);
    if (name === undefined || born === undefined) {
      const missing = name === undefined ? '--name' : '--born';
      const hint = `chat register ${user} --name "FULL NAME" --born DD/MM/YYYY`;
      throw new CliError(exit.usage, `register: ${missing} is missing`, hint);
    }
    const registration = { alias: userOf(endpoint), fullName: name, born };
    return run(endpoint, io, (host, done) => makeAccount(host, target, registration, done));
  },
});

export const unregister = defineCommand({
  meta: { name: 'unregister', description: 'Take a registration back, with all that waits for it' },
  args: {
    user: { type: 'positional', description: 'the registered name, or a URL' },
    ...serverOptions,
    ...keyOptions,
  },
  examples: ['chat unregister alice'],
  async run({ user, ...flags }, io) {
    const endpoint = withKeys(await atOpenDoor(endpointOf(user, flags), io), flags, io);
    const { target, client } = endpoint;
    const deleteAccount = client.unregister?.bind(client);
    if (deleteAccount === undefined) throw noAccounts(endpoint);
    const alias = userOf(endpoint);
    return run(endpoint, io, (host, done) => deleteAccount(host, target, alias, done));
  },
});

/** Runs one operation on an account, and gives the exit status. */
async function run(
  endpoint: Endpoint,
  io: Io,
  operation: (host: ClientHost, done: (ending: Ending) => void) => void,
): Promise<number> {
  const view = new OneShotView();
  const result = await oneShot(endpoint, view, (host, done) => {
    operation(host, (ending) => done({ ending }));
  });
  return report(endpoint, io, view, result);
}

function userOf({ target, serverUrl }: Endpoint): string {
  if (target.user !== undefined) return target.user;
  throw new CliError(
    exit.usage,
    `${serverUrl} names nobody`,
    'write the name before the host: NAME@HOST',
  );
}

const noAccounts = ({ dialect }: Endpoint): CliError =>
  new CliError(exit.usage, `${dialect} knows no registration`);
