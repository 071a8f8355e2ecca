// `chat connect`: a session with somebody at a terminal, with a script, or with a program.

import { defineCommand, exit, type Io } from '../cli';
import type { CallerOptions, Target } from '../protocol/dialect';
import { ConversationFace } from './face';
import { lastSender, rememberSender } from './last_sender';
import { Sitting } from './sitting';
import { type Goal, goalOf, serverOptions, whereSought, withToken } from './target';
import { type Conversation, openConversation } from './terminal/index';
import { openScript } from './terminal/script';

export const connect = defineCommand({
  name: 'connect',
  summary: 'Talk, at a terminal or from a script',
  arguments: { user: { about: 'who you are, or a URL such as channels://Scott@host:55555' } },
  options: {
    ...serverOptions,
    name: { type: 'string', hint: 'NAME', about: 'your full name, to register with' },
    born: { type: 'string', hint: 'DD/MM/YYYY', about: 'your date of birth, to register with' },
    role: { type: 'string', about: 'which half of a protocol to be' },
    takeover: { type: 'boolean', about: 'end a session of yours that is open elsewhere' },
    json: { type: 'boolean', about: 'print one object a message, receipt or result' },
    once: { type: 'boolean', about: 'with --json: end when the server is lost' },
    linger: { type: 'duration', about: 'stay so long after the end of a script', default: 0 },
  },
  examples: [
    'chat connect alice',
    'chat connect alice --name "Alice Liddell" --born 04/05/1852',
    'chat connect channels://Scott@127.0.0.1:55555',
    'echo CONNECTEDUSERS | chat connect alice',
  ],
  async run(options, io) {
    const goal = goalOf(options.user, options);
    const target = withUser(goal, io.env);
    const sitting: { current?: Sitting } = {};
    const conversation: Conversation = options.json
      ? openScript({ input: process.stdin, output: process.stdout })
      : openConversation({
          prompt: '',
          complete: ({ line, cursor }) => sitting.current?.complete(line.slice(0, cursor)) ?? [],
        });
    const { name: fullName, born, role } = options;
    const callerOptions: CallerOptions = {
      target,
      interactive: conversation.isInteractive,
      takeover: options.takeover,
      ...(fullName !== undefined && { fullName }),
      ...(born !== undefined && { born }),
      ...(role !== undefined && { role }),
    };
    const face = new ConversationFace(conversation, io.err, options.json);
    let hasAnswered = false;
    sitting.current = new Sitting({
      ...goal,
      options: callerOptions,
      conversation,
      face,
      lingerMs: options.linger,
      isPersistent: options.json && !options.once,
      reached: () => {
        hasAnswered = true;
        if (target.user !== undefined) rememberSender(goal.place, target.user, io.env);
      },
    });
    const status = await sitting.current.run();
    conversation.close();
    await written();
    if (status === exit.unavailable && !hasAnswered) io.err.write(whereSought(goal, face.last));
    return status;
  },
});

/** Who it is that talks: the one named, else the one of the environment, else the last one. */
function withUser({ target, place }: Goal, env: Io['env']): Target {
  const user = target.user ?? (env['CHAT_USER'] || lastSender(place, env));
  return withToken(user === undefined ? target : { ...target, user }, env);
}

/** Settled when standard output has taken everything, or nobody reads it any more. */
const written = (): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write('', () => resolve());
  });
