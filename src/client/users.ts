// `chat users`: the users who are connected, one name a line.

import { defineCommand } from '../cli/command';
import { CliError, exit } from '../cli/exit';
import { escapeForTerminal, terminalJson } from '../protocol/bytes/escape';
import type { Ending } from '../protocol/dialect';
import { endpointOf, endpointOfFlags, serverOptions } from './endpoint';
import { keyOptions, withKeys } from './keys';
import { rememberNames } from './known_names';
import { lastSender } from './last_sender';
import { atOpenDoor } from './local_doors';
import { listUsers, type OneShotResult, report } from './one_shot';
import { OneShotView } from './view';

/** Whether the server refused to give the list. */
const isRefusal = (ending: Ending): boolean =>
  ending === 'not-allowed' || ending === 'unknown-user';

export const users = defineCommand({
  meta: { name: 'users', description: 'List who is connected' },
  args: {
    url: {
      type: 'positional',
      required: false,
      description: 'where, instead of --server, --port and --dialect',
    },
    ...serverOptions,
    ...keyOptions,
    as: {
      type: 'string',
      valueHint: 'NAME',
      description: 'who asks, where the server wants to know',
      env: 'CHAT_USER',
    },
    json: { type: 'boolean', description: 'print one object a user' },
  },
  examples: ['chat users', 'chat users mailbox://alice@127.0.0.1:8888'],
  async run({ url, as, json, ...flags }, io) {
    const given = url === undefined ? endpointOfFlags(flags, as) : endpointOf(url, flags);
    const endpoint = await atOpenDoor(given, io);
    if (endpoint.client.users === undefined) {
      throw new CliError(exit.usage, `${endpoint.dialect} has no list of its users`);
    }
    const named = endpoint.target.user ?? as;
    const asker = named ?? lastSender(endpoint, io.env);
    const asked = (user: string | undefined): Promise<OneShotResult<readonly string[]>> => {
      const target = user === undefined ? endpoint.target : { ...endpoint.target, user };
      return listUsers(withKeys({ ...endpoint, target }, flags, io), view, user);
    };
    let view = new OneShotView();
    let result = await asked(asker);
    // The last user may be gone, while another user of this machine is connected.
    if (named === undefined && asker !== undefined && isRefusal(result.ending)) {
      view = new OneShotView();
      result = await asked(undefined);
    }
    rememberNames(result.value ?? [], io.env);
    const line = (name: string): string =>
      json ? terminalJson({ name }) : escapeForTerminal(name);
    for (const name of result.value ?? []) io.out.write(`${line(name)}\n`);
    return report(endpoint, io, view, result);
  },
});
