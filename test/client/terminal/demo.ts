// A program that talks with a person, for tests: what it hears it reports to its parent, which tells it what to do.

import { openDialogue } from '../../../src/client/terminal/index';
import type { Progress } from '../../../src/client/terminal/index';

/** What the parent asks for. */
export type Order =
  | { readonly print: string[] }
  | { readonly prompt: string }
  | { readonly ask: string }
  | { readonly progress: string; readonly total: number }
  | { readonly done: number }
  | { readonly do: 'endProgress' | 'close' | 'throw' };

/** What it is told. */
export type Report =
  | { readonly line: string }
  | { readonly answer: string | undefined }
  | { readonly event: 'interrupt' | 'end' | 'open' };

const report = (one: Report): void => {
  process.send?.(one);
};

const conversation = openDialogue({
  prompt: '[Me] ',
  complete: ({ start }) =>
    start === 0 ? ['SEND', 'SENDATTACH', 'QUIT'] : ['bob', 'bobby', 'carol'],
  history: ['earlier one', 'earlier two'],
});
conversation.onLine((line) => report({ line }));
conversation.onInterrupt(() => report({ event: 'interrupt' }));
conversation.onEnd(() => report({ event: 'end' }));

let progress: Progress | undefined;

async function obey(order: Order): Promise<void> {
  if ('print' in order) conversation.print(order.print);
  else if ('prompt' in order) conversation.setPrompt(order.prompt);
  else if ('ask' in order) report({ answer: await conversation.ask(order.ask) });
  else if ('progress' in order) progress = conversation.progress(order.progress, order.total);
  else if ('done' in order) progress?.update(order.done);
  else if (order.do === 'endProgress') progress?.end();
  else if (order.do === 'throw') throw new Error('thrown on purpose');
  else {
    conversation.close();
    process.disconnect?.();
  }
}

process.on('message', (order: Order) => {
  // An exception in here must be as uncaught as anywhere.
  void obey(order);
});
report({ event: 'open' });
