// SEND, SENDATTACH and GETFILE of an interactive session.

import type { ClientHost } from '../../dialect';
import type { IncomingCalls } from './incoming_calls';
import { note } from './render';
import { attachment, type OperationResult, perform, refuse, textFault } from './requests';

type Done = (performed: OperationResult) => void;

export class MailCommands {
  readonly #host: ClientHost;
  readonly #heard: IncomingCalls;

  constructor(host: ClientHost, heard: IncomingCalls) {
    this.#host = host;
    this.#heard = heard;
  }

  send(from: string, to: string, text: string, done: Done): void {
    const request = { operation: 'SEND', from, to, text } as const;
    const fault = textFault(text);
    if (fault !== undefined) refuse(this.#host, request, 'bad-data', fault, done);
    else perform(this.#host, request, (outcome) => this.#sent(to, outcome, done));
  }

  sendFile(from: string, to: string, path: string, text: string, done: Done): void {
    const { request, cargo } = attachment({ from, to, text }, path);
    const fault = textFault(text);
    if (fault !== undefined) return refuse(this.#host, request, 'bad-data', fault, done);
    const sent = (outcome: OperationResult): void => {
      if (outcome.ending === 'bad-data') this.#host.show(note(`${path} cannot be read.`));
      this.#sent(to, outcome, done);
    };
    perform(this.#host, request, sent, cargo);
  }

  #sent(to: string, outcome: OperationResult, done: Done): void {
    if (outcome.ending === 'done') this.#heard.meet(to);
    done(outcome);
  }

  /** `path`: where the user wants the file; else it gets the name that its sender gave it. */
  getFile(alias: string, from: string, id: string, path: string, done: Done): void {
    const name = this.#heard.fileName(from, id) ?? `${from}-${id}`;
    const unquoted = path.trim().replace(/^"(.*)"$/s, '$1');
    const got = (outcome: OperationResult): void => {
      if (outcome.ending === 'unwritable') {
        this.#host.show(note('The file cannot be written there; the server keeps it.'));
      }
      done(outcome);
    };
    const save = unquoted === '' ? { name } : { name, path: unquoted };
    perform(this.#host, { operation: 'GETFILE', alias, from, id }, got, { save });
  }
}
