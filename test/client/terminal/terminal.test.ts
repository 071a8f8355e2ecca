// A user at a real pseudo-terminal types while lines arrive.

import { describe, expect, test } from 'bun:test';

import { TerminalSession } from './terminal_session';

test('typed, edited and submitted', async () => {
  await using here = await TerminalSession.open();
  here.type('helo');
  await here.untilShown('[Me] helo|');
  here.type('\x1b[Dl');
  await here.untilShown('[Me] hell|o');
  here.type('\r');
  await here.untilShown('[Me] hello', '[Me] |');
  expect(await here.submitted(1)).toEqual(['hello']);
});

test('lines arrive while the user types', async () => {
  await using here = await TerminalSession.open();
  here.type('wait\x1b[D\x1b[D');
  await here.untilShown('[Me] wa|it');
  here.raw = '';
  here.order({ print: ['[Bob] hi', '[Eve] \x1b[31mred\u202e'] });
  await here.untilShown('[Bob] hi', '[Eve] \\x1b[31mred\\u202e', '[Me] wa|it');
  expect(here.raw).toStartWith('\r\x1b[J[Bob] hi\r');
  here.type('s\r');
  expect(await here.submitted(1)).toEqual(['wasit']);
});

test('a wrapped line with wide characters stays as it was under arriving lines', async () => {
  await using here = await TerminalSession.open(12, 10);
  here.type('漢字漢字👨‍👩‍👧 é');
  await here.untilShown('[Me] 漢字漢', '字👨‍👩‍👧 é|');
  here.type('\x1b[D\x1b[D\x1b[D\x1b[D');
  await here.untilShown('[Me] 漢字漢', '|字👨‍👩‍👧 é');
  here.order({ print: ['a line longer than the terminal'] });
  await here.untilShown('a line longe', 'r than the t', 'erminal', '[Me] 漢字漢', '|字👨‍👩‍👧 é');
  here.type('x\r');
  expect(await here.submitted(1)).toEqual(['漢字漢x字👨‍👩‍👧 é']);
});

test('resized while a long line is being typed', async () => {
  await using here = await TerminalSession.open(40, 10);
  here.order({ print: ['above'] });
  here.type('a line of words that wraps');
  await here.untilShown('above', '[Me] a line of words that wraps|');
  await here.resize(20, 10);
  await here.untilShown('above', '[Me] a line of words', ' that wraps|');
  await here.resize(60, 8);
  await here.untilShown('above', '[Me] a line of words that wraps|');
});

test('history and search', async () => {
  await using here = await TerminalSession.open();
  here.type('unfinished\x1b[A');
  await here.untilShown('[Me] earlier two|');
  here.type('\x1b[A');
  await here.untilShown('[Me] earlier one|');
  here.type('\x1b[B\x1b[B');
  await here.untilShown('[Me] unfinished|');
  here.type('\x15\x12one');
  await here.untilShown("(search 'one') earlier |one");
  here.type('\r');
  await here.untilShown('[Me] earlier one', '[Me] |');
  expect(await here.submitted(1)).toEqual(['earlier one']);
});

test('Tab completes, and lists the candidates', async () => {
  await using here = await TerminalSession.open();
  here.type('q\t');
  await here.untilShown('[Me] QUIT |');
  here.type('b\t');
  await here.untilShown('[Me] QUIT bob|');
  here.type('\t\t');
  await here.untilShown('bob    bobby', '[Me] QUIT bob|');
});

test('a paste of several lines submits them, and its controls do nothing', async () => {
  await using here = await TerminalSession.open();
  here.type('\x1b[200~one\rtwo\x03\nthree\x1b[201~');
  await here.untilShown('[Me] one', '[Me] two', '[Me] three|');
  expect(await here.submitted(2)).toEqual(['one', 'two']);
  expect(here.events).toEqual(['open']);
});

test('a question is asked in place of the prompt, and what was typed comes back', async () => {
  await using here = await TerminalSession.open();
  here.type('draft');
  await here.untilShown('[Me] draft|');
  here.order({ ask: 'Full name: ' });
  await here.untilShown('Full name: |');
  here.order({ print: ['meanwhile'] });
  here.type('Alice');
  await here.untilShown('meanwhile', 'Full name: Alice|');
  here.type('\r');
  await here.untilShown('Full name: Alice', '[Me] draft|');
  expect(here.reports.at(-1)).toEqual({ answer: 'Alice' });
  here.order({ ask: 'Again? ' });
  await here.untilShown('Again? |');
  here.type('\x04');
  await here.untilShown('[Me] draft|');
  expect(here.lines).toEqual([]);
});

test('a transfer stands above the prompt while it lasts', async () => {
  await using here = await TerminalSession.open(60, 10);
  here.type('typing');
  here.order({ progress: 'photo.jpg', total: 1000 });
  await here.until('the start', () => here.model.rows.at(-2)?.includes('0%') === true);
  here.order({ print: ['[Bob] look'] });
  await here.until('the line', () => here.model.rows.at(-3) === '[Bob] look');
  expect(here.model.cursorRow).toBe('[Me] typing|');
  here.order({ do: 'endProgress' });
  await here.untilShown('[Bob] look', '[Me] typing|');
});

test('a burst of lines arrives whole, in order, in few writes', async () => {
  await using here = await TerminalSession.open();
  const lines = Array.from({ length: 500 }, (_, index) => `line ${index}`);
  here.raw = '';
  here.order({ print: lines });
  await here.untilShown('line 498', 'line 499', '[Me] |');
  expect(here.model.rows.slice(0, 500)).toEqual(lines);
  expect(here.raw.split('[Me] ').length - 1).toBe(1);
});

describe('ending', () => {
  test('Ctrl-C and Ctrl-D reach the program, which goes on', async () => {
    await using here = await TerminalSession.open();
    here.type('typed\x03');
    await here.until('the interrupt', () => here.events.includes('interrupt'));
    here.type('\x15\x04');
    await here.until('the end', () => here.events.includes('end'));
    expect(here.exitCode).toBeNull();
  });

  test('SIGINT from outside is an interrupt too', async () => {
    await using here = await TerminalSession.open();
    here.kill('SIGINT');
    await here.until('the interrupt', () => here.events.includes('interrupt'));
  });

  test('closed, the program ends by itself and the terminal is as it was', async () => {
    await using here = await TerminalSession.open();
    expect(here.isRaw).toBe(true);
    expect(here.raw).toContain('\x1b[?2004h');
    here.type('left behind');
    await here.untilShown('[Me] left behind|');
    here.order({ print: ['bye'] });
    here.order({ do: 'close' });
    await here.until('the exit', () => here.exitCode === 0);
    await here.untilShown('bye', '|');
    expect(here.isRaw).toBe(false);
    expect(here.raw).toContain('\x1b[?2004l');
  });

  test('an uncaught exception restores the terminal', async () => {
    await using here = await TerminalSession.open(100, 40);
    here.order({ do: 'throw' });
    await here.until('the exit', () => here.exitCode === 1);
    await here.until('the paste mode', () => here.raw.includes('\x1b[?2004l'));
    expect(here.isRaw).toBe(false);
    expect(here.raw).toContain('thrown on purpose');
  });

  test.each(['SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)(
    '%s ends it, the terminal restored',
    async (signal) => {
      await using here = await TerminalSession.open();
      here.kill(signal);
      await here.until('the exit', () => here.signalCode === signal);
      await here.until('the paste mode', () => here.raw.includes('\x1b[?2004l'));
      expect(here.isRaw).toBe(false);
    },
  );
});

describe('lines that wait for the one before', () => {
  test('are shown, and echoed under the prompt that they answer', async () => {
    await using here = await TerminalSession.open();
    here.type('\x1b[200~wait\nfirst\nsecond\x1b[201~\r');
    await here.untilShown('[Me] wait', '… first', '… second', '[Me] |');
    here.order({ prompt: 'to bob> ' });
    here.order({ do: 'release' });
    await here.untilShown('[Me] wait', 'to bob> first', 'to bob> second', 'to bob> |');
    expect(await here.submitted(3)).toEqual(['wait', 'first', 'second']);
  });

  test('those that are never handled stay to be read', async () => {
    await using here = await TerminalSession.open();
    here.type('wait\rlost\r');
    await here.untilShown('[Me] wait', '… lost', '[Me] |');
    here.order({ do: 'close' });
    await here.until('the exit', () => here.exitCode === 0);
    await here.untilShown('[Me] wait', 'lost', '|');
  });
});

describe('stopping', () => {
  test('Ctrl-Z gives the terminal back, and going on takes it again with the line as it was', async () => {
    await using here = await TerminalSession.open();
    here.type('typed\x1b[D');
    await here.untilShown('[Me] type|d');
    here.raw = '';
    here.type('\x1a');
    // Without a shell to continue it, the system does not stop the program: it goes on by itself.
    await here.until(
      'the way back',
      () => here.raw.includes('\x1b[?2004l') && here.raw.includes('\x1b[?2004h'),
    );
    await here.untilShown('[Me] type|d');
    expect(here.isRaw).toBe(true);
  });

  test('under a shell it stops, and goes on when the shell says so', async () => {
    await using here = TerminalSession.shell();
    await here.untilShown('$ |');
    here.type(`${TerminalSession.demoCommand}\r`);
    await here.until('the prompt', () => here.model.cursorRow === '[Me] |');
    here.type('typed\x1b[D');
    await here.untilShown('[Me] type|d');
    here.type('\x1a');
    await here.until('the shell', () => here.model.cursorRow === '$ |');
    expect(here.model.rows.join('\n')).toContain('Stopped');
    expect(here.raw).toContain('\x1b[?2004l');
    here.raw = '';
    here.type('fg\r');
    await here.untilShown('[Me] type|d');
    expect(here.raw).toContain('\x1b[?2004h');
    here.type('!');
    await here.untilShown('[Me] type!|d');
  });

  test('SIGCONT after a stop that it could not notice', async () => {
    await using here = await TerminalSession.open();
    here.type('typed');
    await here.untilShown('[Me] typed|');
    here.raw = '';
    here.kill('SIGSTOP');
    here.kill('SIGCONT');
    await here.until('the paste mode', () => here.raw.includes('\x1b[?2004h'));
    await here.untilShown('[Me] typed|');
    expect(here.isRaw).toBe(true);
  });
});
