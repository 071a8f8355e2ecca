// The terminal for tests: keys reach the program, its output moves the cursor, waiting fails with the screen.
import { expect, test } from 'bun:test';

import { keys, Screen } from './pty';

const shell = (script: string) => new Screen(['bash', '-c', script], { columns: 40, rows: 5 });

test('keys reach the program and the screen shows what came of them', async () => {
  await using screen = shell('test -t 0 && read -r -p "name? " name && echo "hello $name"');
  await screen.until('name?');
  screen.type(`bib${keys.backspace}${keys.backspace}ob`);
  await screen.until((seen) => seen.cursorLine === 'name? bob');
  expect(screen.cursor).toEqual({ column: 9, row: 0 });
  screen.type(keys.enter);
  await screen.until('hello bob');
  expect(await screen.ended).toBe(0);
});

test('escape sequences move the cursor, and what scrolls away is kept', async () => {
  await using screen = shell(String.raw`seq 9; printf 'one\rO\033[2Ctwo'; read -r`);
  await screen.until('Onetwo');
  expect(screen.lines).toEqual(['6', '7', '8', '9', 'Onetwo']);
  expect(screen.everything).toStartWith('1\n2\n');
});

test('control keys are signals, and a resize is told', async () => {
  await using screen = shell('trap "stty size; exit 3" WINCH; echo ready; sleep 100 & wait');
  await screen.until('ready');
  screen.resize(50, 6);
  await screen.until('6 50');
  expect(await screen.ended).toBe(3);
  await using other = shell('echo ready; read -r');
  await other.until('ready');
  other.type(keys.control('c'));
  expect(await other.ended).toBe(130);
});

test('waiting for what never comes fails with the screen', async () => {
  await using screen = shell('echo this');
  expect(screen.until('that')).rejects.toThrow('the screen does not show that:\nthis');
  await screen.ended;
});
