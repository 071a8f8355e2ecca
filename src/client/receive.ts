// `chat receive`: an inbox for a daemon. It prints one object a line, or runs a command for each message, and tells the
// server that a message has arrived only when that has succeeded.

import { defineCommand } from '../cli/command';
import { CliError, exit } from '../cli/exit';
import type { ClientOptions } from '../protocol/dialect';
import { endpointOf, listenOptions, serverOptions, unreachableHint } from './endpoint';
import { Inbox } from './inbox';
import { InteractiveSession } from './interactive_session';
import { keyOptions, withKeys } from './keys';
import { lastSender } from './last_sender';
import { atOpenDoor } from './local_doors';

export const receive = defineCommand({
  meta: { name: 'receive', description: 'Print what arrives, or run a command for it' },
  args: {
    user: { type: 'positional', required: false, description: 'whose inbox, or a URL' },
    ...serverOptions,
    ...listenOptions,
    ...keyOptions,
    exec: {
      type: 'string',
      valueHint: 'COMMAND',
      description: 'run it for each message, which counts as received if it succeeds',
    },
    takeover: { type: 'boolean', description: 'end a session of yours that is open elsewhere' },
    once: { type: 'boolean', description: 'end when the server is lost' },
    name: { type: 'string', valueHint: 'NAME', description: 'your full name, to register with' },
    born: {
      type: 'string',
      valueHint: 'DD/MM/YYYY',
      description: 'your date of birth, to register with',
    },
  },
  examples: [
    'chat receive alice',
    `chat receive alice --exec 'notify-send "$CHAT_FROM" "$CHAT_TEXT"'`,
    'chat receive groups://ops@chat.example.org --exec ./on-message',
  ],
  async run({ user, exec, takeover, once, name, born, ...flags }, io) {
    const there = await atOpenDoor(endpointOf(user, flags), io);
    const owner = there.target.user ?? (io.env['CHAT_USER'] || lastSender(there, io.env));
    if (owner === undefined) {
      throw new CliError(exit.usage, 'receive: USER is missing', 'usage: chat receive USER');
    }
    const target = { ...there.target, user: owner };
    const endpoint = withKeys({ ...there, target }, flags, io);
    const { dialect, client, keys, invite } = endpoint;
    const options: ClientOptions = {
      target: endpoint.target,
      interactive: false,
      takeover,
      once,
      settles: true,
      ...(name !== undefined && { fullName: name }),
      ...(born !== undefined && { born }),
    };
    const inbox = new Inbox({ io, command: exec });
    let isHostUnknown = false;
    const session = new InteractiveSession({
      dialect,
      client,
      keys,
      invite,
      options,
      security: endpoint.security,
      listenPort: flags['listen-port'],
      dialogue: inbox.dialogue,
      view: inbox,
      lingerMs: 0,
      isPersistent: !once,
      // A daemon may start before its server.
      isPatient: true,
      onHostUnknown: () => (isHostUnknown = true),
      onConnected: () => {},
    });
    const status = await session.run();
    if (inbox.fault !== undefined) throw inbox.fault;
    if (status === exit.unavailable)
      io.err.write(unreachableHint(endpoint, inbox.lastShown, isHostUnknown));
    // To be told to stop is how a daemon ends well.
    return status === stopped ? exit.ok : status;
  },
});

/** The status after SIGTERM. */
const stopped = 143;
