// The lines of the client's console, word for word as in the source (source 000, 6), and how each operation ended.

import { linesOf, oneLine } from '../../bytes/text';
import type { Ending, Shown } from '../../dialect';
import { type Call, type ClientOperation, type Code, codes, type Request } from '../wire/messages';

/** The line of what the user asks for: `c> SEND bob hi`. */
export function requestLine(request: Request<ClientOperation>): string {
  switch (request.operation) {
    case 'REGISTER':
    case 'UNREGISTER':
    case 'CONNECT':
    case 'DISCONNECT':
    case 'ATTACHES':
    case 'KEYS':
    case 'KEYADD':
    case 'KEYREVOKE':
    case 'PASSWORD':
    case 'RECOVERY':
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

/** The line for how an operation ended, and its ending for the program. */
interface LineAndEnding {
  readonly line: string;
  readonly ending: Ending;
}

const row = (line: string, ending: Ending): LineAndEnding => ({ line: `s> ${line}`, ending });

/** The same for operations of ours. */
const ownFailures = (operation: ClientOperation) => ({
  1: row(`${operation} FAIL / USER DOES NOT EXIST`, 'unknown-user'),
  failed: row(`${operation} FAIL`, 'not-allowed'),
});

/** How each operation ends that is not a success, by the reply's code. */
const failures: {
  readonly [O in ClientOperation]: Readonly<Partial<Record<Code, LineAndEnding>>> & {
    readonly failed: LineAndEnding;
  };
} = {
  REGISTER: {
    [codes.REGISTER.nameTaken]: row('USERNAME IN USE', 'not-allowed'),
    failed: row('REGISTER FAIL', 'try-later'),
  },
  UNREGISTER: {
    [codes.UNREGISTER.unknownUser]: row('USER DOES NOT EXIST', 'unknown-user'),
    failed: row('UNREGISTER FAIL', 'not-allowed'),
  },
  CONNECT: {
    [codes.CONNECT.unknownUser]: row('CONNECT FAIL, USER DOES NOT EXIST', 'unknown-user'),
    [codes.CONNECT.alreadyConnected]: row('USER ALREADY CONNECTED', 'not-allowed'),
    failed: row('CONNECT FAIL', 'try-later'),
  },
  DISCONNECT: {
    [codes.DISCONNECT.unknownUser]: row('DISCONNECT FAIL / USER DOES NOT EXIST', 'unknown-user'),
    [codes.DISCONNECT.notConnected]: row('DISCONNECT FAIL / USER NOT CONNECTED', 'not-allowed'),
    failed: row('DISCONNECT FAIL', 'not-allowed'),
  },
  SEND: {
    [codes.SEND.unknownUser]: row('SEND FAIL / USER DOES NOT EXIST', 'unknown-user'),
    failed: row('SEND FAIL', 'try-later'),
  },
  CONNECTEDUSERS: {
    [codes.CONNECTEDUSERS.notConnected]: row(
      'CONNECTED USERS FAIL / USER IS NOT CONNECTED',
      'not-allowed',
    ),
    failed: row('CONNECTED USERS FAIL', 'try-later'),
  },
  SENDATTACH: {
    [codes.SENDATTACH.unknownUser]: row('SENDATTACH FAIL / USER DOES NOT EXIST', 'unknown-user'),
    failed: row('SENDATTACH FAIL', 'try-later'),
  },
  GETFILE: {
    [codes.GETFILE.unknownUser]: row('GETFILE FAIL / USER DOES NOT EXIST', 'unknown-user'),
    failed: row('GETFILE FAIL', 'not-allowed'),
  },
  ATTACHES: { failed: row('ATTACHES FAIL', 'not-allowed') },
  KEYS: ownFailures('KEYS'),
  KEYADD: ownFailures('KEYADD'),
  KEYREVOKE: ownFailures('KEYREVOKE'),
  PASSWORD: ownFailures('PASSWORD'),
  RECOVERY: ownFailures('RECOVERY'),
};

/**
 * What is shown for the reply to an operation. `code`: undefined if the server could not be asked or did not reply.
 * `fields`: what came with the code; for a file, the path it has now.
 */
export function resultOf(
  operation: ClientOperation,
  code: Code | undefined,
  fields: readonly string[] = [],
): LineAndEnding {
  if (code === 0) return row(successLine(operation, fields.map(oneLine)), 'done');
  const rows = failures[operation];
  if (code === undefined) return { line: rows.failed.line, ending: 'unreachable' };
  return rows[code] ?? rows.failed;
}

/** What is shown for an operation that was refused before the server was asked. */
export const refusedHere = (operation: ClientOperation, ending: Ending): LineAndEnding => ({
  line: failures[operation].failed.line,
  ending,
});

function successLine(operation: ClientOperation, fields: readonly string[]): string {
  switch (operation) {
    case 'REGISTER':
    case 'UNREGISTER':
    case 'CONNECT':
    case 'DISCONNECT':
    case 'ATTACHES':
    case 'KEYS':
    case 'KEYADD':
    case 'KEYREVOKE':
    case 'PASSWORD':
    case 'RECOVERY':
      return `${operation} OK`;
    case 'SEND':
    case 'SENDATTACH':
      return fields[0] === undefined ? `${operation} OK` : `${operation} OK - MESSAGE ${fields[0]}`;
    case 'CONNECTEDUSERS':
      return `CONNECTED USERS (${fields.length} users connected) OK - ${fields.join(', ')}`;
    case 'GETFILE':
      return `GETFILE OK - FILE ${fields[0]}`;
  }
}

/** What is shown for a call of the server (source 000, 6.5 and 6.6). */
export function incoming(call: Call): Shown {
  switch (call.call) {
    case 'SEND_MESSAGE':
    case 'SEND_MESSAGE_ATTACH': {
      const [id, from] = [oneLine(call.id), oneLine(call.from)];
      const [first = '', ...more] = linesOf(call.text);
      const lines = [`s> MESSAGE ${id} FROM ${from}`, `    ${first}`];
      // These lines stand deeper than END, so that no text can look like the end of its own block.
      for (const line of more) lines.push(`      ${line}`);
      lines.push('    END');
      const file = call.call === 'SEND_MESSAGE_ATTACH' ? { file: oneLine(call.file) } : {};
      if (file.file !== undefined) lines.push(`    FILE ${file.file}`);
      const json = { type: 'message', id, from, text: call.text, ...file };
      return { lines, json, kind: 'incoming' };
    }
    case 'SEND_MESS_ACK': {
      const id = oneLine(call.id);
      const json = { type: 'receipt', id };
      return { lines: [`s> SEND MESSAGE ${id} OK`], json, kind: 'incoming' };
    }
    case 'SEND_MESS_ATTACH_ACK': {
      const [id, file] = [oneLine(call.id), oneLine(call.file)];
      const json = { type: 'receipt', id, file };
      return { lines: [`s> SENDATTACH MESSAGE ${id} ${file} OK`], json, kind: 'incoming' };
    }
  }
}
