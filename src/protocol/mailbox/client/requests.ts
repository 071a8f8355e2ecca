// The client's operations: what each asks of the server, with the two lines that it prints.

import { byteLength } from '../../bytes/text';
import type { ClientHost, Ending, Registration } from '../../dialect';
import { nameOf } from '../../model';
import { type Operation, type Request, textBytes } from '../wire/messages';
import { baseNameFor, isBirthDate, isFullName } from '../wire/values';
import { type RequestResult, sendRequest, type Transfer } from './connection';
import { note, refusedHere, requestLine, type Result, resultOf } from './render';

/** How an operation ended, with what the server said. */
export interface OperationResult {
  readonly result: Result;
  readonly fields: readonly string[];
  readonly ending: Ending;
  readonly line: string;
}

type Done = (performed: OperationResult) => void;

/** Asks the server without a word to the user. */
export function performSilently(
  host: ClientHost,
  request: Request,
  done: Done,
  cargo?: Transfer,
): void {
  sendRequest(host, request, (answer) => done(performed(request.operation, answer)), cargo);
}

/** Asks the server, and prints both lines. */
export function perform(host: ClientHost, request: Request, done: Done, cargo?: Transfer): void {
  showRequest(host, request);
  performSilently(
    host,
    request,
    (outcome) => {
      showResult(host, request.operation, outcome);
      done(outcome);
    },
    cargo,
  );
}

/** Prints both lines of an operation that is not worth asking the server for, and says why. */
export function refuse(
  host: ClientHost,
  request: Request,
  ending: Ending,
  why: string,
  done: Done,
): void {
  showRequest(host, request);
  const refused = refusal(request.operation, ending);
  showResult(host, request.operation, refused);
  host.show(note(why));
  done(refused);
}

export function refusal(operation: Operation, ending: Ending): OperationResult {
  return { result: 'unreachable', fields: [], ...refusedHere(operation, ending) };
}

export function showRequest(host: ClientHost, request: Request): void {
  const { operation } = request;
  const json = { type: 'request', operation };
  host.show({ lines: [requestLine(request)], json, kind: 'request' });
}

export function showResult(host: ClientHost, operation: Operation, outcome: OperationResult): void {
  const { ending, fields, line } = outcome;
  const what = ending === 'done' ? detail(operation, fields) : { why: ending };
  const json = { type: 'result', operation, ok: ending === 'done', ...what };
  host.show({ lines: [line], json, kind: 'result' });
}

function performed(operation: Operation, answer: RequestResult): OperationResult {
  switch (answer.is) {
    case 'answered': {
      const { code, fields } = answer;
      return { result: code, fields, ...resultOf(operation, code, fields) };
    }
    case 'unreachable':
      return { result: 'unreachable', fields: [], ...resultOf(operation, 'unreachable') };
    case 'refused':
      return refusal(operation, answer.why === 'unreadable' ? 'bad-data' : 'unwritable');
  }
}

/** What a program wants to know of a success. */
function detail(
  operation: Operation,
  fields: readonly string[],
): Readonly<Record<string, unknown>> {
  switch (operation) {
    case 'SEND':
    case 'SENDATTACH':
      return { id: fields[0] };
    case 'CONNECTEDUSERS':
      return { users: fields };
    case 'GETFILE':
      return { file: fields[0] };
    case 'REGISTER':
    case 'UNREGISTER':
    case 'CONNECT':
    case 'DISCONNECT':
    case 'ATTACHES':
      return {};
  }
}

/** Why the three fields cannot be a registration, or undefined (source 000, section 6.1). */
export function registrationFault(
  { fullName, alias, born }: Registration,
  now: number,
): string | undefined {
  if ([fullName, alias, born].some((field) => field.trim() === '' || field === 'Text')) {
    return 'None of the three may be empty, nor "Text".';
  }
  if (byteLength(fullName) > textBytes || !isFullName(fullName)) {
    return 'A full name has at most 255 bytes and no control characters.';
  }
  if (nameOf(alias) === undefined) return nameFault(alias);
  if (isBirthDate(born, Math.floor(now / 1000))) return undefined;
  return `${born} is no date of birth: DD/MM/YYYY, a real day that has come.`;
}

/** Why a text is no user's name. */
export const nameFault = (text: string): string =>
  `${text} can be nobody's name: 1 to 255 bytes, no control characters, no leading #, no space at an end.`;

/** Registers, once the fields can be right. */
export function register(host: ClientHost, who: Registration, done: Done): void {
  const request: Request = { operation: 'REGISTER', ...who };
  const fault = registrationFault(who, host.now());
  if (fault === undefined) perform(host, request, done);
  else refuse(host, request, 'bad-data', fault, done);
}

/** Why a text cannot be sent, or undefined: the client controls its size (source 000, section 8.6). */
export function textFault(text: string): string | undefined {
  const bytes = byteLength(text);
  if (bytes > textBytes)
    return `The text has ${bytes} bytes; a message takes at most ${textBytes}.`;
  return text.includes('\0') ? 'A text cannot hold a NUL.' : undefined;
}

/** A text and a file as one message. The request is made anew when the file's size is known. */
export function attachment(
  fields: { readonly from: string; readonly to: string; readonly text: string },
  path: string,
): { readonly request: Request<'SENDATTACH'>; readonly cargo: Transfer } {
  const request = { operation: 'SENDATTACH', ...fields, fileName: path, size: '' } as const;
  const upload: Transfer['upload'] = {
    path,
    request: ({ name, size }) => ({
      ...request,
      fileName: baseNameFor(name),
      size: String(size),
    }),
  };
  return { request, cargo: { upload } };
}
