// Asks for a secret at the terminal without showing it. Where there is no terminal, the first line of standard input is it.

import { CliError, exit } from '../cli/exit';
import type { Io } from '../cli/io';
import { limits } from '../protocol/limits';
import { readAll } from './read_input';

const lineEnds = new Set(['\r', '\n']);
const interrupt = '\u0003';
const endOfInput = '\u0004';
const erases = new Set(['\u007f', '\b']);
const eraseLine = '\u0015';

/** The answer to a question. Throws a CliError where there is none. */
export async function askSecret(question: string, io: Io): Promise<string> {
  const answer = io.input.isTerminal ? await typed(question, io) : await piped(io);
  if (answer === undefined || answer === '') throw new CliError(exit.usage, 'nothing was typed');
  return answer;
}

async function piped({ input }: Io): Promise<string | undefined> {
  const bytes = await readAll(input.stream(), limits.client.inputBytes, false);
  return bytes && Buffer.from(bytes).toString().split(/\r?\n/)[0];
}

function typed(question: string, { err }: Io): Promise<string | undefined> {
  const { stdin } = process;
  err.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdin.resume();
  return new Promise((resolve) => {
    let text = '';
    const end = (answer: string | undefined): void => {
      stdin.off('data', take);
      stdin.setRawMode(false);
      stdin.pause();
      err.write('\n');
      resolve(answer);
    };
    const take = (piece: string): void => {
      for (const character of piece) {
        if (lineEnds.has(character)) return end(text);
        if (character === interrupt || character === endOfInput) return end(undefined);
        if (erases.has(character)) text = Array.from(text).slice(0, -1).join('');
        else if (character === eraseLine) text = '';
        else text += character;
      }
    };
    stdin.on('data', take);
  });
}
