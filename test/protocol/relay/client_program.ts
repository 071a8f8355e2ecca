// The interactive client of the relay protocol over a fake host: lines in, frames and lines out.
import type { ClientOptions, Ending } from '../../../src/protocol/dialect';
import { RelayClientSession } from '../../../src/protocol/relay/client/session';
import { FakeClientHost, type FakeConnection } from '../../support/fake_client_host';
import { linesIn, ok } from './frames';

/** A client; the test is its server. */
export class ClientProgram {
  readonly host = new FakeClientHost();
  readonly client: RelayClientSession;
  readonly endings: Ending[] = [];

  constructor(user?: string, more: Partial<ClientOptions> = {}) {
    this.client = new RelayClientSession(this.host, {
      target: { ...(user !== undefined && { user }), host: 'h', port: 1, path: '' },
      interactive: true,
      takeover: false,
      plain: true,
      ...more,
    });
  }

  /** An emitter 7 and a display 1007, both registered. */
  static both(): ClientProgram {
    const client = new ClientProgram('7');
    client.open(0, ok(0, 7, 0));
    client.open(1, ok(0, 1007, 0));
    client.forget();
    return client;
  }
  static alone(role: 'emitter' | 'display'): ClientProgram {
    const client = new ClientProgram('7', { role });
    client.open(0, ok(0, role === 'emitter' ? 7 : 1007, 0));
    client.forget();
    return client;
  }

  wire(at: number): FakeConnection {
    const connection = this.host.connections[at];
    if (!connection) throw new Error(`connection ${at} was not dialled`);
    return connection;
  }
  open(at: number, ...answers: Uint8Array[]): void {
    this.wire(at).events?.opened?.();
    for (const answer of answers) this.wire(at).push(answer);
  }
  /** What it has written on a connection since the last time. */
  said(at: number): string[] {
    return linesIn(this.wire(at).take(), false);
  }
  type(line: string): void {
    this.client.typed(line, (ending) => void this.endings.push(ending));
  }
  forget(): void {
    this.host.connections.forEach((connection) => connection.take());
    this.host.shown.length = 0;
  }
}
