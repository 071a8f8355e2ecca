// The test client of the relay protocol: programs that send and receive frames, and people who are two of them.

import { Inbox } from '../../../src/protocol/bytes/inbox';
import { relay } from '../../../src/protocol/relay/index';
import { encodeFrame, FrameReader } from '../../../src/protocol/relay/wire/codec';
import type { Frame } from '../../../src/protocol/relay/wire/messages';
import { Changes } from '../../support/changes';
import {
  cannot,
  foreignName,
  type Moderated,
  type Other,
  type Person,
  type PersonKind,
} from '../../support/person';
import { overTcp, type TcpTransport } from '../../support/tcp_transport';
import type { Dial, Transport } from '../../support/transport';
import { flw, msg, oi, ok, qem, shown } from './frames';

/** How long a frame may take. It is long because some tests have thousands of programs. */
const deadlineMs = 20_000;

/** The wire as a program speaks it, over any transport. `received` gets each frame. */
export class RelayClient<T extends Transport = Transport> {
  readonly transport: T;
  readonly #inbox = new Inbox();
  readonly #reader = new FrameReader();
  readonly #received: (frame: Frame) => void;

  constructor(dial: Dial<T>, received: (frame: Frame) => void) {
    this.#received = received;
    this.#reader.padded = { origin: undefined };
    this.transport = dial((bytes) => this.#data(bytes));
  }

  send(frame: Frame): void {
    this.transport.send(encodeFrame(frame));
  }

  #data(bytes: Uint8Array): void {
    this.#inbox.push(bytes);
    for (let read = this.#reader.take(this.#inbox); read; read = this.#reader.take(this.#inbox)) {
      if (read.is === 'bad') throw new Error(`the server sent a bad frame: ${read.why}`);
      this.#received(read.frame);
    }
  }
}

interface ProgramOptions {
  /** Whether it answers each MSG with OK; true unless told. */
  readonly answers?: boolean;
}

/** One program at a real server. What it receives is kept until a test takes it. */
export class RelayProgram {
  readonly frames: Frame[] = [];
  /** How many bytes came. */
  bytes = 0;
  readonly #client: RelayClient<TcpTransport>;
  readonly #changes = new Changes();
  readonly #answers: boolean;
  #id = 0;

  static readonly #all = new Set<RelayProgram>();

  /** Breaks every connection of a test that is over, so that its server need not wait for them. */
  static resetAll(): void {
    for (const program of RelayProgram.#all) program.reset();
    RelayProgram.#all.clear();
  }

  private constructor(port: number, { answers = true }: ProgramOptions) {
    RelayProgram.#all.add(this);
    this.#answers = answers;
    const dial: Dial<TcpTransport> = (data) =>
      overTcp(port)((bytes) => {
        this.bytes += bytes.length;
        data(bytes);
      });
    this.#client = new RelayClient(dial, (frame) => this.#received(frame));
  }

  static async connect(port: number, options: ProgramOptions = {}): Promise<RelayProgram> {
    const made = new RelayProgram(port, options);
    await made.#client.transport.opened();
    return made;
  }

  /** Connects and registers. Its number is the one that the server's OK gives. */
  static async registered(
    port: number,
    id: number,
    options: ProgramOptions = {},
  ): Promise<RelayProgram> {
    const made = await RelayProgram.connect(port, options);
    made.send(oi(id));
    const frame = await made.next();
    if (frame.kind !== 'OK') throw new Error(`${id} was refused`);
    made.#id = frame.destination;
    return made;
  }

  get id(): number {
    return this.#id;
  }

  send(...frames: Uint8Array[]): void {
    this.#client.transport.send(Buffer.concat(frames));
  }

  /** Waits until something holds; fails with the last frames that came. */
  until(holds: () => boolean, what: string): Promise<void> {
    const why = (): string => {
      const last = this.frames.slice(-5).map((frame) => shown(frame));
      return `${this.#id}: ${what} did not come; last of ${this.frames.length}: ${last.join()}`;
    };
    return this.#changes.until(holds, why, deadlineMs);
  }

  /** The next frame that was not taken yet. */
  async next(): Promise<Frame> {
    await this.until(() => this.frames.length > 0, 'a frame');
    const frame = this.frames.shift();
    if (!frame) throw new Error('no frame');
    return frame;
  }

  /** The next frame as a line, without its time. */
  async line(): Promise<string> {
    return shown(await this.next(), false);
  }

  async lines(count: number): Promise<string[]> {
    await this.until(() => this.frames.length >= count, `${count} frames`);
    return this.frames.splice(0, count).map((frame) => shown(frame, false));
  }

  /** Sends frames and gives as many answers. */
  async answers(...frames: Uint8Array[]): Promise<string[]> {
    this.send(...frames);
    return this.lines(frames.length);
  }

  /** Takes the first frame that fits, whatever else comes before it. */
  async take(fits: (frame: Frame) => boolean, what: string): Promise<Frame | undefined> {
    await this.until(() => this.frames.some(fits), what);
    return this.frames.splice(this.frames.findIndex(fits), 1)[0];
  }

  ended(): Promise<void> {
    return this.#client.transport.ended();
  }

  /** Sends no more and still receives. */
  finish(): void {
    this.#client.transport.finish();
  }

  pause(): void {
    this.#client.transport.pause();
  }

  resume(): void {
    this.#client.transport.resume();
  }

  /** Says goodbye as the protocol wants it. */
  async leave(sequence = 9999): Promise<void> {
    this.send(flw(this.#id, 0, sequence));
    await this.take(
      ({ kind, sequence: of }) => kind === 'OK' && of === sequence,
      'the OK of its FLW',
    );
    await this.close();
  }

  close(): Promise<void> {
    this.#client.transport.close();
    return this.#client.transport.closed();
  }

  reset(): void {
    this.#client.transport.reset();
  }

  #received(frame: Frame): void {
    this.frames.push(frame);
    if (frame.kind === 'MSG' && this.#answers) {
      this.send(ok(this.#id, frame.origin, frame.sequence));
    }
    this.#changes.changed();
  }
}

/** Makes one for each number, a few hundred at a time so that no listener's backlog overflows. */
export async function many<T>(
  ids: readonly number[],
  make: (id: number) => Promise<T>,
): Promise<T[]> {
  const made: T[] = [];
  for (let start = 0; start < ids.length; start += 200) {
    made.push(...(await Promise.all(ids.slice(start, start + 200).map(make))));
  }
  return made;
}

export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

const numberOf = (name: string): number => Number(name.slice(1));

/** A person: an emitter that speaks and a display that receives, whose numbers are 1000 apart. */
class RelayPerson implements Person {
  readonly name: string;
  readonly dialect = 'relay';
  readonly attach = cannot('the protocol has no files');
  readonly #emitter: RelayProgram;
  readonly #display: RelayProgram;
  #sequence = 0;

  constructor(name: string, emitter: RelayProgram, display: RelayProgram) {
    this.name = name;
    this.#emitter = emitter;
    this.#display = display;
  }

  readonly write = (to: Other, text: string): Promise<void> =>
    this.#send((sequence) => msg(numberOf(this.name), numberOf(to.name) + 1000, text, sequence));

  readonly reads = async (from: Other, text: string): Promise<void> => {
    if (from.dialect === 'relay') return this.#takes(numberOf(from.name), text);
    for (const line of text.split('\n')) {
      await this.#takes(0, `${foreignName(from.name)}: ${line}`);
    }
  };

  /** A registered program is in the room already. */
  readonly join = async (): Promise<void> => {};

  readonly say = (text: string): Promise<void> =>
    this.#send((sequence) => msg(numberOf(this.name), 0, text, sequence));

  readonly hears = (from: Other, text: string): Promise<void> => this.reads(from, text);

  readonly list = async (): Promise<string[]> => {
    const number = numberOf(this.name);
    await this.#send((sequence) => qem(number, number + 1000, sequence));
    const frame = await this.#display.take(({ kind }) => kind === 'OKQEM', 'OKQEM');
    return frame?.kind === 'OKQEM' ? frame.ids.map((id) => `#${id}`) : [];
  };

  readonly seesFile = (from: Other, text: string, file: string, size: number): Promise<void> =>
    this.reads(from, `${text} (file ${file}, ${size} bytes)`);

  get moderated(): Moderated {
    const display = this.#display;
    return {
      // A moderator puts a program out: the display is one.
      sessionName: `#${numberOf(this.name) + 1000}`,
      told: ({ sentence }) => this.#takes(0, sentence),
      speaksInVain: async (_to, text) => {
        const frame = msg(numberOf(this.name), 0, text, ++this.#sequence);
        const [answer = ''] = await this.#emitter.answers(frame);
        if (!answer.startsWith('ERRO ')) throw new Error(answer);
      },
      block: cannot('the protocol has no words for it'),
      got: (text) =>
        display.frames.some(
          (frame) => frame.kind === 'MSG' && Buffer.from(frame.text).toString().includes(text),
        ),
      putOut: async () => {
        await display.take(({ kind }) => kind === 'FLW', 'FLW');
        await this.#emitter.leave();
      },
    };
  }

  async leave(): Promise<void> {
    await this.#emitter.leave();
    await this.#display.leave();
  }

  async #send(frame: (sequence: number) => Buffer): Promise<void> {
    const [answer = ''] = await this.#emitter.answers(frame(++this.#sequence));
    if (!answer.startsWith('OK ')) throw new Error(answer);
  }

  async #takes(origin: number, text: string): Promise<void> {
    await this.#display.take(
      (frame) =>
        frame.kind === 'MSG' &&
        frame.origin === origin &&
        Buffer.from(frame.text).toString() === text,
      JSON.stringify(text),
    );
  }
}

export const relayKind: PersonKind = {
  dialect: relay,
  name: (number) => `#${number}`,
  rooms: ['relay'],
  showsLongNames: false,
  addresses: (to) => to.dialect === 'relay',
  enter: async (port, name) => {
    const display = await RelayProgram.registered(port, numberOf(name) + 1000);
    const emitter = await RelayProgram.registered(port, numberOf(name));
    return new RelayPerson(name, emitter, display);
  },
  keptOut: async (port, name) => {
    const program = await RelayProgram.connect(port);
    const [answer = ''] = await program.answers(oi(numberOf(name)));
    program.reset();
    if (!answer.startsWith('ERRO ')) throw new Error(answer);
  },
};
