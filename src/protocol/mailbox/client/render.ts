// The lines of the client's console, word for word as in section 6 of source 000, and what each outcome is worth.

import { linesOf, withoutControls } from '../../bytes/text';
import type { Ending, Shown } from '../../dialect';
import type { Call, Code, Operation, Request } from '../wire/messages';

/** What became of a request: the server's code, or that it could not be asked or did not answer. */
export type Result = Code | 'unreachable';

/** A name, an id, a file's name on its way into a line of ours, in which it cannot begin another. */
const inLine = (text: string): string => withoutControls(text).replaceAll('\n', ' ');

/** The line of what the user asks for: `c> SEND bob hi`. */
export function requestLine(request: Request): string {
  switch (request.operation) {
    case 'REGISTER':
    case 'UNREGISTER':
    case 'CONNECT':
    case 'DISCONNECT':
    case 'ATTACHES':
      return `c> ${request.operation} ${request.alias}`;
    case 'CONNECTEDUSERS':
      return 'c> CONNECTEDUSERS';
    case 'SEND':
      return `c> SEND ${request.to} ${request.text}`;
    case 'SENDATTACH':
      return ['c> SENDATTACH', request.to, request.fileName, request.text || []].flat().join(' ');
    case 'GETFILE':
      return `c> GETFILE ${request.from} ${request.id}`;
  }
}

interface Outcome {
  readonly line: string;
  readonly ending: Ending;
}

const outcome = (line: string, ending: Ending): Outcome => ({ line: `s> ${line}`, ending });

/** Each operation's outcomes that are no success; `else` stands for every one that is not named. */
const refusals: {
  readonly [O in Operation]: { readonly [C in 1 | 2]?: Outcome } & { readonly else: Outcome };
} = {
  REGISTER: {
    1: outcome('USERNAME IN USE', 'not-allowed'),
    else: outcome('REGISTER FAIL', 'try-later'),
  },
  UNREGISTER: {
    1: outcome('USER DOES NOT EXIST', 'unknown-user'),
    else: outcome('UNREGISTER FAIL', 'not-allowed'),
  },
  CONNECT: {
    1: outcome('CONNECT FAIL, USER DOES NOT EXIST', 'unknown-user'),
    2: outcome('USER ALREADY CONNECTED', 'not-allowed'),
    else: outcome('CONNECT FAIL', 'try-later'),
  },
  DISCONNECT: {
    1: outcome('DISCONNECT FAIL / USER DOES NOT EXIST', 'unknown-user'),
    2: outcome('DISCONNECT FAIL / USER NOT CONNECTED', 'not-allowed'),
    else: outcome('DISCONNECT FAIL', 'not-allowed'),
  },
  SEND: {
    1: outcome('SEND FAIL / USER DOES NOT EXIST', 'unknown-user'),
    else: outcome('SEND FAIL', 'try-later'),
  },
  CONNECTEDUSERS: {
    1: outcome('CONNECTED USERS FAIL / USER IS NOT CONNECTED', 'not-allowed'),
    else: outcome('CONNECTED USERS FAIL', 'try-later'),
  },
  SENDATTACH: {
    1: outcome('SENDATTACH FAIL / USER DOES NOT EXIST', 'unknown-user'),
    else: outcome('SENDATTACH FAIL', 'try-later'),
  },
  GETFILE: {
    1: outcome('GETFILE FAIL / USER DOES NOT EXIST', 'unknown-user'),
    else: outcome('GETFILE FAIL', 'not-allowed'),
  },
  ATTACHES: { else: outcome('ATTACHES FAIL', 'not-allowed') },
};

/** What is printed for an outcome. `fields`: what came with the code; for a file, the path it has now. */
export function resultOf(
  operation: Operation,
  result: Result,
  fields: readonly string[] = [],
): Outcome {
  if (result === 0) return outcome(successLine(operation, fields.map(inLine)), 'done');
  const rows = refusals[operation];
  if (result === 'unreachable') return { line: rows.else.line, ending: 'unreachable' };
  return (result === 3 ? undefined : rows[result]) ?? rows.else;
}

/** The line of something that was refused before the server was asked. */
export const refusedHere = (operation: Operation, ending: Ending): Outcome => ({
  line: refusals[operation].else.line,
  ending,
});

function successLine(operation: Operation, fields: readonly string[]): string {
  switch (operation) {
    case 'REGISTER':
    case 'UNREGISTER':
    case 'CONNECT':
    case 'DISCONNECT':
    case 'ATTACHES':
      return `${operation} OK`;
    case 'SEND':
    case 'SENDATTACH':
      return `${operation} OK - MESSAGE ${fields[0]}`;
    case 'CONNECTEDUSERS':
      return `CONNECTED USERS (${fields.length} users connected) OK - ${fields.join(', ')}`;
    case 'GETFILE':
      return `GETFILE OK - FILE ${fields[0]}`;
  }
}

/** What came from the server by itself (source 000, sections 6.5 and 6.6). */
export function incoming(call: Call): Shown {
  switch (call.call) {
    case 'SEND_MESSAGE':
    case 'SEND_MESSAGE_ATTACH': {
      const [id, from] = [inLine(call.id), inLine(call.from)];
      const [first = '', ...more] = linesOf(call.text);
      const lines = [`s> MESSAGE ${id} FROM ${from}`, `    ${first}`];
      // Deeper than END, so that no text can look like the end of its own block.
      for (const line of more) lines.push(`      ${line}`);
      lines.push('    END');
      const file = call.call === 'SEND_MESSAGE_ATTACH' ? { file: inLine(call.file) } : {};
      if (file.file !== undefined) lines.push(`    FILE ${file.file}`);
      const json = { type: 'message', id, from, text: call.text, ...file };
      return { lines, json, kind: 'incoming' };
    }
    case 'SEND_MESS_ACK': {
      const id = inLine(call.id);
      const json = { type: 'receipt', id };
      return { lines: [`s> SEND MESSAGE ${id} OK`], json, kind: 'incoming' };
    }
    case 'SEND_MESS_ATTACH_ACK': {
      const [id, file] = [inLine(call.id), inLine(call.file)];
      const json = { type: 'receipt', id, file };
      return { lines: [`s> SENDATTACH MESSAGE ${id} ${file} OK`], json, kind: 'incoming' };
    }
  }
}

/** A word of our own to the user. */
export const note = (text: string): Shown => ({
  lines: [text],
  json: { type: 'note', text },
  kind: 'note',
});
