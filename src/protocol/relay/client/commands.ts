// What a user may type: a text for all displays or for one, or a command; and what the command line asks for.

import {
  anyDisplay,
  anyEmitter,
  displayOffset,
  everyone,
  isDisplay,
  isEmitter,
} from '../wire/messages';

export type Typed =
  | { readonly is: 'say'; readonly to: number; readonly text: string }
  /** Without a number: one's own display. */
  | { readonly is: 'who' | 'stop'; readonly display: number | undefined }
  | { readonly is: 'quit' | 'help' | 'nothing' }
  | { readonly is: 'wrong'; readonly why: string };

export const commands = ['/help', '/quit', '/stop', '/who'] as const;

export const help = [
  'TEXT          to every display',
  '@1002 TEXT    to one display',
  '/who [1002]   show who is there, on that display',
  '/stop [1002]  end that display',
  '/quit         end',
] as const;

const wrong = (why: string): Typed => ({ is: 'wrong', why });

/** What a line asks for. A text that begins with `/` is written with two. */
export function typedOf(line: string): Typed {
  if (line.trim() === '') return { is: 'nothing' };
  const addressed = /^@(\d+)(?:\s(.*))?$/s.exec(line);
  if (addressed) {
    const [, number = '', text = ''] = addressed;
    const to = destinationOf(number);
    if (to === undefined) return wrong(`${number} is no display: they are 1000 to 1999.`);
    return text.trim() === '' ? wrong(`Say what: @${number} TEXT`) : { is: 'say', to, text };
  }
  if (line.startsWith('//')) return { is: 'say', to: everyone, text: line.slice(1) };
  if (line.startsWith('/')) return commandOf(line);
  return { is: 'say', to: everyone, text: line };
}

function commandOf(line: string): Typed {
  const [word = '', number, ...more] = line.trim().split(/\s+/);
  switch (word) {
    case '/quit':
    case '/help':
      if (number !== undefined) return wrong(`${word} takes nothing.`);
      return { is: word === '/quit' ? 'quit' : 'help' };
    case '/who':
    case '/stop': {
      const is = word === '/who' ? 'who' : 'stop';
      if (number === undefined) return { is, display: undefined };
      const display = destinationOf(number);
      if (more.length > 0 || display === undefined || display === everyone) {
        return wrong(`${word} takes the number of a display, such as 1002.`);
      }
      return { is, display };
    }
    default:
      return wrong(`There is no ${word}. Try /help; a text that begins with / is written //.`);
  }
}

/**
 * The destination on the wire for a number that a user writes: 0 is every display, and an emitter is reached at the
 * display that belongs to it. Undefined where no program can have the number.
 */
export function destinationOf(text: string): number | undefined {
  if (!/^\d{1,5}$/.test(text)) return undefined;
  const id = Number(text);
  if (isEmitter(id)) return id + displayOffset;
  return id === everyone || isDisplay(id) ? id : undefined;
}

/** The programs that this client is to be, each with the number to ask for. */
export interface Plan {
  readonly emitter?: number;
  /** `own`: the one that belongs to the emitter, once that has its number. */
  readonly display?: number | 'own';
}

/**
 * What the user and the role of a command line mean, or a text that says what is wrong with them. `roleOption`: how the
 * role is given there.
 */
export function planOf(
  user: string | undefined,
  role: string | undefined,
  roleOption = 'the role',
): Plan | string {
  const given = user ?? '';
  const id = given === '' ? anyEmitter : Number(given);
  if (!/^\d{0,5}$/.test(given) || !(id === anyEmitter || isEmitter(id) || isDisplay(id))) {
    return `${given} is no emitter (1 to 999) and no display (1000 to 1999); 0 is any that is free.`;
  }
  switch (role) {
    case undefined:
      return isDisplay(id) ? { display: id } : { emitter: id, display: 'own' };
    case 'emitter':
      return isDisplay(id)
        ? `${id} is a display's number; emitters are 1 to 999.`
        : { emitter: id };
    case 'display':
      if (id === anyEmitter) return { display: anyDisplay };
      return { display: isDisplay(id) ? id : id + displayOffset };
    default:
      return `${roleOption} is emitter or display, not ${role}.`;
  }
}
