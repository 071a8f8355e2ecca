// `chat send`: sends a message to one or more users and exits. It has no session and no prompt.

import { defineCommand } from '../cli/command';
import { CliError, exit } from '../cli/exit';
import type { Io } from '../cli/io';
import { type Endpoint, endpointOf, isUrl, paddingOptions, serverOptions } from './endpoint';
import { keyOptions, withKeys } from './keys';
import { rememberNames } from './known_names';
import { lastSender } from './last_sender';
import { atOpenDoor } from './local_doors';
import { oneShot } from './one_shot';
import { emptyText, outgoingTexts } from './outgoing_texts';
import { SendJob } from './send_job';
import { spoolInput, standardInput } from './spooled_input';
import { statusOf } from './status';
import { OneShotView } from './view';

export const send = defineCommand({
  meta: { name: 'send', description: 'Say something to somebody, and exit' },
  args: {
    to: {
      type: 'positional',
      description: 'whom (bob, or bob,carol), or a URL with whom or where as its path',
    },
    text: {
      type: 'positional',
      required: false,
      description: 'what to say; - reads it from standard input (at a terminal, one line of it)',
    },
    ...serverOptions,
    ...paddingOptions,
    ...keyOptions,
    as: { type: 'string', valueHint: 'NAME', description: 'who says it', env: 'CHAT_USER' },
    attach: {
      type: 'string',
      valueHint: 'FILE',
      description: 'a file to go with it; - is standard input',
    },
    lines: { type: 'boolean', description: 'one message a line, as it comes' },
    timeout: {
      type: 'duration',
      description: 'how long one message may take, its file included',
    },
    retry: {
      type: 'duration',
      description: 'how long to try again where no server takes it; nothing is sent twice',
      default: 0,
    },
    'allow-empty': { type: 'boolean', description: 'send a text even if it is empty' },
    json: { type: 'boolean', description: 'print one object a message' },
  },
  examples: [
    'chat send bob "hi"',
    'chat send bob,carol "see this" --attach picture.png',
    'tail -f log | chat send bob - --lines',
    'chat send channels://Scott@127.0.0.1:55555/168_tas "hi"',
  ],
  async run({ to, text, as, attach, lines, timeout, retry, json, ...rest }, io) {
    const { 'allow-empty': allowEmpty, ...flags } = rest;
    const named = endpointOf(isUrl(to) ? to : undefined, flags);
    const endpoint = withKeys(withSender(await atOpenDoor(named, io), as, io), flags, io);
    const { client, dialect, target } = endpoint;
    const openSender = client.send?.bind(client);
    if (openSender === undefined) {
      throw new CliError(exit.usage, `${dialect} can only be spoken in a session`);
    }
    if (text === undefined && attach === undefined) {
      const hint = 'usage: chat send TO TEXT; - as TEXT reads standard input';
      throw new CliError(exit.usage, 'send: TEXT is missing', hint);
    }
    if (text === '' && attach === undefined && !allowEmpty) throw emptyText();
    if (attach !== undefined && lines) {
      throw new CliError(exit.usage, 'send: --attach and --lines do not go together');
    }
    if (attach === standardInput && text === standardInput) {
      throw new CliError(exit.usage, 'send: standard input is either the text or the file');
    }
    const inputFile = attach === standardInput ? await spoolInput(io) : undefined;
    const recipients = isUrl(to) ? recipientsIn(target.path, true) : recipientsIn(to, false);
    const view = await openView(io, attach);
    const sendAll: Parameters<typeof oneShot<void>>[2] = async (host, done) => {
      const options = { attach, timeoutMs: timeout, retryMs: retry, isJson: json };
      const open = () => openSender(host, target);
      const isHostUnknown = (): boolean => host.isHostUnknown;
      const job = new SendJob({
        io,
        endpoint,
        openSender: open,
        isHostUnknown,
        recipients,
        ...options,
      });
      const { textBytes, takesBytes = false } = client;
      const mayBeEmpty = allowEmpty || attach !== undefined;
      const source = {
        text: text ?? '',
        isByLine: lines,
        mayBeEmpty,
        takesBytes,
        textBytes,
        dialect,
      };
      done({ ending: await job.sendAll(outgoingTexts(source, io)) });
    };
    const { ending } = await oneShot(endpoint, view, sendAll, inputFile);
    if (ending === 'done' && client.remembersUser !== false) rememberNames(recipients, io.env);
    view.flush(io, ending === 'done');
    return statusOf[ending];
  },
});

/** The endpoint with its sender: the URL's user, else the one of the flag, else the last one. */
function withSender(endpoint: Endpoint, as: string | undefined, { env }: Io): Endpoint {
  const { target } = endpoint;
  const user = target.user ?? as ?? lastSender(endpoint, env);
  return user === undefined ? endpoint : { ...endpoint, target: { ...target, user } };
}

/** The names between the commas, without duplicates. A URL without any leaves the recipient to the dialect. */
function recipientsIn(names: string, mayBeEmpty: boolean): readonly string[] {
  const all = names.split(',').map((name) => name.trim());
  const recipients = [...new Set(all)].filter((name) => name !== '');
  if (recipients.length > 0) return recipients;
  if (mayBeEmpty) return [''];
  throw new CliError(exit.usage, 'send: TO names nobody');
}

/** A view that shows a transfer if standard error is a terminal. Without one, nothing of that is loaded. */
async function openView(io: Io, attach: string | undefined): Promise<OneShotView> {
  if (attach === undefined || !io.err.isTerminal) return new OneShotView(undefined, io.err);
  const { openProgress } = await import('./terminal/progress_board');
  const { SystemClock } = await import('../net/clock');
  const board = openProgress(process.stderr, new SystemClock());
  return new OneShotView((name, total) => board.start(name, total));
}
