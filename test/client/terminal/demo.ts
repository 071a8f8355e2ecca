// A program with a dialogue, for tests: it reports every event to its parent, and follows the parent's orders.

import { openDialogue } from '../../../src/client/terminal/open_dialogue';
import type { Progress } from '../../../src/client/terminal/progress';

/** An order of the parent. */
export type Order =
  | { readonly print: string[] }
  | { readonly prompt: string }
  | { readonly ask: string }
  | { readonly progress: string; readonly total: number }
  | { readonly done: number }
  | { readonly do: 'endProgress' | 'release' | 'close' | 'throw' };

/** A report to the parent. */
export type Report =
  | { readonly line: string }
  | { readonly answer: string | undefined }
  | { readonly event: 'interrupt' | 'end' | 'open' };

const report = (one: Report): void => {
  process.send?.(one);
};

const dialogue = openDialogue({
  prompt: '[Me] ',
  complete: ({ start }) =>
    start === 0 ? ['SEND', 'SENDATTACH', 'QUIT'] : ['bob', 'bobby', 'carol'],
  history: ['earlier one', 'earlier two'],
});
/** Ends the line `wait`, which is handled until then. */
let release = (): void => {};
dialogue.onLine((line) => {
  report({ line });
  return line === 'wait' ? new Promise((resolve) => (release = resolve)) : undefined;
});
dialogue.onInterrupt(() => report({ event: 'interrupt' }));
dialogue.onEnd(() => report({ event: 'end' }));

let progress: Progress | undefined;

async function obey(order: Order): Promise<void> {
  if ('print' in order) dialogue.print(order.print);
  else if ('prompt' in order) dialogue.setPrompt(order.prompt);
  else if ('ask' in order) report({ answer: await dialogue.ask(order.ask) });
  else if ('progress' in order) progress = dialogue.progress(order.progress, order.total);
  else if ('done' in order) progress?.update(order.done);
  else if (order.do === 'endProgress') progress?.end();
  else if (order.do === 'release') release();
  else if (order.do === 'throw') throw new Error('thrown on purpose');
  else {
    dialogue.close();
    process.disconnect?.();
  }
}

process.on('message', (order: Order) => {
  // An exception in here must stay uncaught, as it would anywhere else.
  void obey(order);
});
report({ event: 'open' });
