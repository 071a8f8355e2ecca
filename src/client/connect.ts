// `chat connect`: an interactive session with a user at a terminal, with a script, or with a program.

import { defineCommand } from '../cli/command';
import { exit } from '../cli/exit';
import { type Io, ReaderGone, writeFault } from '../cli/io';
import { note } from '../protocol/client_kit/note';
import type { ClientOptions } from '../protocol/dialect';
import { limits } from '../protocol/limits';
import {
  type Endpoint,
  endpointOf,
  listenOptions,
  paddingOptions,
  serverOptions,
  unreachableHint,
} from './endpoint';
import { IncomingStyle } from './incoming_style';
import { InteractiveSession } from './interactive_session';
import { keyOptions, withKeys } from './keys';
import { lastSender, rememberSender } from './last_sender';
import { atOpenDoor } from './local_doors';
import type { Dialogue } from './terminal/dialogue';
import { openDialogue } from './terminal/open_dialogue';
import { openScript } from './terminal/script';
import { keepTypedLines, typedLines } from './typed_lines';
import { DialogueView } from './view';

export const connect = defineCommand({
  meta: { name: 'connect', description: 'Talk, at a terminal or from a script' },
  args: {
    user: {
      type: 'positional',
      required: false,
      description: 'who you are, or a URL such as channels://Scott@host:55555',
    },
    ...serverOptions,
    ...listenOptions,
    ...paddingOptions,
    ...keyOptions,
    name: { type: 'string', valueHint: 'NAME', description: 'your full name, to register with' },
    born: {
      type: 'string',
      valueHint: 'DD/MM/YYYY',
      description: 'your date of birth, to register with',
    },
    role: { type: 'string', description: 'which half of a protocol to be' },
    takeover: { type: 'boolean', description: 'end a session of yours that is open elsewhere' },
    plain: {
      type: 'boolean',
      description: "the protocol's own lines and prompts, and nothing of ours around them",
    },
    history: {
      type: 'boolean',
      description: 'keep what you type for the arrow keys of the next session',
      default: true,
    },
    bell: { type: 'boolean', description: "ring the terminal's bell for each message" },
    json: { type: 'boolean', description: 'print one object a message, receipt or result' },
    once: { type: 'boolean', description: 'end when the server is lost, rather than come back' },
    linger: {
      type: 'duration',
      description: 'stay so long after the end of a script',
      default: 0,
    },
  },
  examples: [
    'chat connect alice',
    'chat connect alice --name "Alice Liddell" --born 04/05/1852',
    'chat connect channels://Scott@127.0.0.1:55555',
    'chat connect https://alice@chat.example.org',
    'echo CONNECTEDUSERS | chat connect alice',
  ],
  async run(
    { user, name, born, role, takeover, plain, history, json, once, linger, bell, ...flags },
    io,
  ) {
    const endpoint = withKeys(
      withUser(await atOpenDoor(endpointOf(user, flags), io), io.env),
      flags,
      io,
    );
    const { target } = endpoint;
    // Completion is asked of a session that needs the dialogue first.
    const session: { current?: InteractiveSession } = {};
    const dialogue: Dialogue = json
      ? openScript({ input: process.stdin, output: process.stdout })
      : openDialogue({
          prompt: '',
          history: history ? typedLines(endpoint.dialect, io.env) : [],
          complete: ({ line, cursor }) => session.current?.complete(line.slice(0, cursor)) ?? [],
        });
    const options: ClientOptions = {
      target,
      interactive: dialogue.isInteractive,
      takeover,
      plain,
      once,
      ...(name !== undefined && { fullName: name }),
      ...(born !== undefined && { born }),
      ...(role !== undefined && { role }),
    };
    const style = plain ? undefined : new IncomingStyle({ color: io.out.color, self: target.user });
    const view = new DialogueView(dialogue, io.err, json, style);
    view.hasBell = bell;
    // What is being typed stays as it is.
    if (dialogue.isInteractive)
      endpoint.security?.tellBy((lines) =>
        lines.split('\n').forEach((line) => view.show(note(line))),
      );
    let hasConnected = false;
    let isHostUnknown = false;
    session.current = new InteractiveSession({
      ...endpoint,
      options,
      listenPort: flags['listen-port'],
      dialogue,
      view,
      lingerMs: linger,
      isPersistent: !once,
      onHostUnknown: () => (isHostUnknown = true),
      onConnected: () => {
        hasConnected = true;
        if (target.user !== undefined && endpoint.client.remembersUser !== false)
          rememberSender(endpoint.serverUrl, target.user, io.env);
      },
    });
    const status = await session.current.run();
    if (history) keepTypedLines(endpoint.dialect, dialogue.history, io.env);
    dialogue.close();
    // A program that is told to end does not wait for a reader who has stalled.
    const isTold = status >= exit.signalled;
    await (isTold
      ? Promise.race([outputWritten(), Bun.sleep(limits.client.lastLinesMs)])
      : outputWritten());
    if (dialogue.fault !== undefined) {
      const fault = writeFault(dialogue.fault);
      if (!(fault instanceof ReaderGone)) throw fault;
    }
    if (status === exit.unavailable && !hasConnected)
      io.err.write(unreachableHint(endpoint, view.lastShown, isHostUnknown));
    return status;
  },
});

/** The endpoint with its user: the one named, else the one of the environment, else the last one. */
function withUser(endpoint: Endpoint, env: Io['env']): Endpoint {
  const { target } = endpoint;
  const user = target.user ?? (env['CHAT_USER'] || lastSender(endpoint, env));
  return user === undefined ? endpoint : { ...endpoint, target: { ...target, user } };
}

/** Settled when standard output has taken everything, or when its reader is gone. */
const outputWritten = (): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write('', () => resolve());
  });
