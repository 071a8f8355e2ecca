// `chat users`: who can be reached right now, one name a line.

import { CliError, defineCommand, exit } from '../cli.ts';
import { escapeForTerminal } from '../protocol/bytes/escape.ts';
import { statusOf } from './ending.ts';
import { lastSender } from './last_sender.ts';
import { once } from './once.ts';
import { goalOf, goalOfFlags, serverOptions } from './target.ts';

export const users = defineCommand({
  name: 'users',
  summary: 'List who is connected',
  arguments: { url: { about: 'where, instead of --server, --port and --dialect' } },
  options: {
    ...serverOptions,
    as: {
      type: 'string',
      hint: 'NAME',
      about: 'who asks, where the server wants to know',
      env: 'CHAT_USER',
    },
    json: { type: 'boolean', about: 'print one object a user' },
  },
  examples: ['chat users', 'chat users mailbox://alice@127.0.0.1:8888'],
  async run({ url, as, json, ...flags }, io) {
    const goal = url === undefined ? goalOfFlags(flags, as) : goalOf(url, flags);
    const { caller, dialect, target, place } = goal;
    const ask = caller.users?.bind(caller);
    if (ask === undefined) throw new CliError(exit.usage, `${dialect} has no list of its users`);
    const asker = target.user ?? as ?? lastSender(place, io.env);
    const { ending, value } = await once<readonly string[]>(goal, io, (host, done) =>
      ask(host, target, asker, (result) =>
        done(result.ok ? { ending: 'done', value: result.value } : { ending: result.why }),
      ),
    );
    const line = (name: string): string =>
      json ? JSON.stringify({ name }) : escapeForTerminal(name);
    for (const name of value ?? []) io.out.write(`${line(name)}\n`);
    return statusOf[ending];
  },
});
