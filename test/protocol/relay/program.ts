// One program at the relay door over a fake host: frames in, readable lines out.

import { type Name, type Notice, numberedName } from '../../../src/protocol/model';
import { RelaySession, type RelaySettings } from '../../../src/protocol/relay/server/session';
import { room } from '../../../src/protocol/relay/wire/messages';
import { type Answers, FakeHost, Feed, yes } from '../../support/fake_host';
import { linesIn, oi } from './frames';

const agreeable: Answers = {
  enter: ({ wanted }) =>
    yes<'enter'>({ name: 'name' in wanted ? wanted.name : numberedName(wanted.lowest[0]) }),
  'room-join': () => yes<'room-join'>(undefined),
  leave: () => yes<'leave'>(undefined),
  say: () => yes<'say'>({ room }),
  direct: () => yes<'direct'>({ id: 1, serial: 1, waiting: false }),
  signal: () => yes<'signal'>(undefined),
  users: () => yes<'users'>({ users: [] }),
};

export class Program {
  readonly host: FakeHost;
  readonly session: RelaySession;
  readonly feed: Feed;

  constructor(answers: Answers = {}, settings: Partial<RelaySettings> = {}) {
    this.host = new FakeHost({ ...agreeable, ...answers });
    this.session = new RelaySession(this.host, { padded: false, openStop: false, ...settings });
    this.feed = new Feed(this.session, this.host);
  }

  /** What it is told from here on, once it has its number. */
  static registered(id: number, answers: Answers = {}, settings: Partial<RelaySettings> = {}) {
    const made = new Program(answers, settings);
    made.send(oi(id));
    made.lines();
    made.host.commands.length = 0;
    return made;
  }

  send(...frames: Uint8Array[]): void {
    this.feed.push(Buffer.concat(frames));
  }

  /** The frames written since the last call; each must have been a write of its own. */
  lines(hasTime = true): string[] {
    const writes = this.host.writes.splice(0);
    const apart = this.host.apart.splice(0);
    if (apart.includes(false)) throw new Error('a frame was written that is not apart');
    return writes.map((bytes) => {
      const lines = linesIn(bytes, hasTime);
      if (lines.length !== 1) throw new Error(`${lines.length} frames in one write`);
      return lines[0] ?? '';
    });
  }

  /** Sends frames and gives what was answered at once. */
  answers(...frames: Uint8Array[]): string[] {
    this.send(...frames);
    return this.lines();
  }

  get commands(): unknown[] {
    return this.host.commands.splice(0);
  }

  /** An emitter has said something to all displays. */
  said(from: number, text: string | Uint8Array, reference: number): void {
    this.session.tell({
      is: 'said',
      room,
      from: numberedName(from),
      ...(typeof text === 'string' ? { text } : { text: '\ufffd', raw: text }),
      reference,
      origin: 'relay',
      at: 2000,
    });
  }

  /** A user at another door has said something. */
  foreign(from: string, text: string): void {
    const name = from as Name;
    this.session.tell({ is: 'said', room, from: name, text, origin: 'market', at: 2000 });
  }

  told(notice: Notice): void {
    this.session.tell(notice);
  }

  /** Something private came for the display; the result tells how often and how it was settled. */
  direct(from: string, text: string, more: { reference?: number; origin?: string } = {}): string[] {
    const settled: string[] = [];
    this.session.deliver(
      {
        is: 'direct',
        serial: 1,
        id: 1,
        from: from as Name,
        to: numberedName(1007),
        text,
        origin: 'relay',
        at: 2000,
        ...more,
      },
      (result) => void settled.push(result),
    );
    return settled;
  }
}
