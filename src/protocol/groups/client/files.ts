// The files that a client offers and is offered, by their ids.

import type { ClientHost, Ending } from '../../dialect';
import type { Message } from '../wire/messages';
import type { GroupsConnection } from './connection';
import type { FileEvents } from './file_connection';
import { IncomingFiles } from './incoming_files';
import { OutgoingFiles } from './outgoing_files';

export class Files {
  readonly outgoing: OutgoingFiles;
  readonly incoming: IncomingFiles;

  /** `events.settled` is told only when no file is on its way any more. */
  constructor(host: ClientHost, events: FileEvents) {
    const deps: FileEvents = {
      failed: (ending) => events.failed(ending),
      settled: () => {
        if (!this.isBusy) events.settled();
      },
    };
    this.outgoing = new OutgoingFiles(host, deps);
    this.incoming = new IncomingFiles(host, deps);
  }

  /** Whether a file can still be decided on or stopped. */
  isOpen(id: string): boolean {
    return this.outgoing.has(id) || this.incoming.has(id);
  }

  /** The files that can be decided on or stopped. */
  get ids(): readonly string[] {
    return [...this.incoming.ids, ...this.outgoing.ids];
  }

  /** Whether a file is on its way, or other users have still to decide. */
  get isBusy(): boolean {
    return this.outgoing.ids.length > 0 || this.incoming.isBusy;
  }

  /** Stops a file, whichever way it goes. */
  cancel(connection: GroupsConnection, id: string, done: (ending: Ending) => void): void {
    if (this.outgoing.has(id)) this.outgoing.cancel(connection, id, done);
    else this.incoming.reject(connection, id, done);
  }

  received(connection: GroupsConnection, message: Message): void {
    if (message.status === 'offer') this.incoming.offered(message);
    else if (this.outgoing.has(message.id ?? '')) this.outgoing.received(connection, message);
    else this.incoming.received(connection, message);
  }

  /** The session is over: nothing goes on. */
  end(): void {
    this.outgoing.end();
    this.incoming.end();
  }
}
