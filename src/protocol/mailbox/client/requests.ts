// What the client asks of the server: each operation with the two lines that it prints.

import { baseNameFor } from '../../bytes/validation';
import { note } from '../../client_kit/note';
import type { ClientHost, Ending, Unreadable } from '../../dialect';
import {
  type ClientOperation,
  type Code,
  codes,
  type Prefixed,
  type Request,
} from '../wire/messages';
import { type Asked, type RequestResult, sendRequest, type Transfer } from './connection';
import { refusedHere, requestLine, resultOf } from './render';

/** How an operation ended. `code` and `fields`: the server's reply; no code if there was none. */
export interface OperationResult {
  readonly code: Code | undefined;
  readonly fields: readonly string[];
  readonly ending: Ending;
  readonly line: string;
  /** The request left and was not answered: it may have been done. */
  readonly isUncertain?: boolean;
  /** What of the server's reply departs from the source. */
  readonly remark?: string;
  /** Why the file that was to go with it did not. */
  readonly unreadable?: Unreadable;
  /** The user has cancelled it. */
  readonly isCancelled?: boolean;
}

type Done = (result: OperationResult) => void;

/** Asks the server, and shows nothing. */
export function performSilently(
  host: ClientHost,
  request: Request<ClientOperation>,
  done: Done,
  transfer?: Transfer,
  prefixed?: Prefixed,
): Asked {
  const judged = (result: RequestResult): void => done(judge(request.operation, result));
  return sendRequest(host, request, judged, transfer, prefixed);
}

/** Asks the server, and shows both lines. */
export function perform(
  host: ClientHost,
  request: Request<ClientOperation>,
  done: Done,
  transfer?: Transfer,
): Asked {
  showRequest(host, request);
  const replied = (result: OperationResult): void => {
    showResult(host, request.operation, result);
    done(result);
  };
  return performSilently(host, request, replied, transfer);
}

/** Shows both lines of an operation that the server is not asked for, and says why. */
export function refuse(
  host: ClientHost,
  request: Request<ClientOperation>,
  ending: Ending,
  why: string,
  done: Done,
): void {
  showRequest(host, request);
  const result = refusal(request.operation, ending);
  showResult(host, request.operation, result);
  host.show(note(why));
  done(result);
}

/** The result of an operation that was refused before the server was asked. */
export const refusal = (operation: ClientOperation, ending: Ending): OperationResult => ({
  code: undefined,
  fields: [],
  ...refusedHere(operation, ending),
});

export function showRequest(host: ClientHost, request: Request<ClientOperation>): void {
  const { operation } = request;
  const json = { type: 'request', operation };
  host.show({ lines: [requestLine(request)], json, kind: 'request' });
}

export function showResult(
  host: ClientHost,
  operation: ClientOperation,
  { ending, fields, line, remark }: OperationResult,
): void {
  const details = ending === 'done' ? detailsOf(operation, fields) : { why: ending };
  const remarked = remark === undefined ? {} : { note: remark };
  const json = { type: 'result', operation, ok: ending === 'done', ...details, ...remarked };
  host.show({ lines: [line], json, kind: 'result' });
  showRemark(host, remark);
}

/** Says how a server's reply departs from the source. */
export function showRemark(host: ClientHost, remark: string | undefined): void {
  if (remark !== undefined) host.show(note(remark));
}

function judge(operation: ClientOperation, result: RequestResult): OperationResult {
  switch (result.is) {
    case 'replied': {
      const { code, fields, remark } = result;
      const remarked = remark === undefined ? {} : { remark };
      return { code, fields, ...resultOf(operation, code, fields), ...remarked };
    }
    case 'strange': {
      // It has been done or not: the server has answered, and nobody can say what.
      const code: Code = codes[operation].failed;
      const remark = `The server answered what is no reply of this protocol: ${result.text}`;
      return { code, fields: [], isUncertain: true, ...resultOf(operation, code), remark };
    }
    case 'unreachable':
      return {
        code: undefined,
        fields: [],
        isUncertain: result.wasAsked,
        ...resultOf(operation, undefined),
      };
    case 'refused':
      if (result.why === 'unwritable') return refusal(operation, 'unwritable');
      if (result.why === 'cancelled') {
        return { ...refusal(operation, 'not-allowed'), isCancelled: true };
      }
      return { ...refusal(operation, 'bad-data'), unreadable: result.why };
  }
}

/** What a program wants to know of a success. */
function detailsOf(
  operation: ClientOperation,
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
    case 'KEYADD':
    case 'KEYREVOKE':
    case 'PASSWORD':
      return {};
    case 'KEYS':
      return { credentials: fields };
    case 'RECOVERY':
      return { codes: fields };
  }
}

/** A text and a file as one message. The request is made anew when the file's size is known. */
export function attachment(
  fields: { readonly from: string; readonly to: string; readonly text: string },
  path: string,
): { readonly request: Request<'SENDATTACH'>; readonly transfer: Transfer } {
  const request = { operation: 'SENDATTACH', ...fields, fileName: path, size: '' } as const;
  const upload: Transfer['upload'] = {
    path,
    request: ({ name, size }) => ({
      ...request,
      fileName: baseNameFor(name),
      size: String(size),
    }),
  };
  return { request, transfer: { upload } };
}
