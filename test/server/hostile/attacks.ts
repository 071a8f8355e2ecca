// What strangers send at each door: halves of messages, requests whose answers they do not read, and floods.

import { nul } from '../../protocol/mailbox/support';
import { msg, oi, qem } from '../../protocol/relay/frames';
import { born, tokenFor } from '../../protocol/web/credentials';
import { frameOf, upgrade } from './frames';

/** The room in which all meet, where a door has several. */
export const room = 'plaza';
/** The healthy user whom everybody knows, and at the relay their number. */
export const victim = 'bob';
export const victimNumber = 2;

/** What one connection sends. */
export interface Stream {
  /** Sent once, when the connection stands. */
  readonly enter: Uint8Array;
  /** Nothing more is sent before the server has said something. */
  readonly waits?: boolean;
  /** Sent again and again, as fast as the server takes it. */
  readonly flood: (round: number) => Uint8Array;
  /** The connection is over with its answer, and the next one is made. */
  readonly single?: boolean;
}

export interface Attack {
  /** Beginnings of messages whose ends never come: short ones, and as long as the door allows. */
  halves(number: number, port: number): Uint8Array;
  /** Who asks for much and reads nothing. */
  slow(number: number, port: number): Stream;
  /** Who sends at full speed and reads everything. */
  flooders(port: number): ((number: number) => Stream)[];
}

const chunkBytes = 32 * 1024;
const repeated = (piece: Uint8Array | string, bytes = chunkBytes): Buffer => {
  const one = Buffer.from(piece);
  return Buffer.concat(Array<Buffer>(Math.max(1, Math.ceil(bytes / one.length))).fill(one));
};
/** The same bytes each time. */
const again = (piece: Uint8Array | string): Stream['flood'] => {
  const bytes = repeated(piece);
  return () => bytes;
};
const x = (length: number): string => 'x'.repeat(length);

// ---- mailbox: one operation a connection

const once = (operation: (round: number) => string): Stream => ({
  enter: Buffer.alloc(0),
  flood: (round) => Buffer.from(operation(round)),
  single: true,
});
const mailbox: Attack = {
  halves: (number) =>
    Buffer.from(number % 2 === 0 ? 'SEND\0ali' : nul('SEND', 'mallory', victim) + x(250)),
  slow: () => ({
    enter: Buffer.alloc(0),
    flood: () => Buffer.from(nul('CONNECTEDUSERS', victim)),
    single: true,
  }),
  flooders: () => [
    (number) =>
      once((round) =>
        round === 0
          ? nul('REGISTER', 'Mallory', `mallory${number}`, '01/01/2000')
          : nul('SEND', `mallory${number}`, victim, x(255)),
      ),
    (number) => once((round) => nul('REGISTER', 'x', `m${number}-${round}`, '01/01/2000')),
    () => once(() => nul('CONNECTEDUSERS', victim)),
    (number) => once((round) => nul('SEND', `nobody${number}-${round}`, victim, 'x')),
  ],
};

// ---- channels: frames of 200 bytes

const frame = (text: string): Buffer => Buffer.from(text.padEnd(200, ' '));
const frames = (...texts: string[]): Buffer => Buffer.concat(texts.map(frame));
const channels: Attack = {
  halves: (number) => Buffer.from(x(number % 2 === 0 ? 1 : 199)),
  slow: (number) => ({
    enter: frames(`slow${number}`, `/join ${room}`),
    flood: again(frame('/list')),
  }),
  flooders: () => {
    const as = (number: number, flood: Stream['flood']): Stream => ({
      enter: frames(`flood${number}`, `/join ${room}`),
      flood,
    });
    return [
      (number) => as(number, again(frame(x(190)))),
      (number) => as(number, again('\n'.repeat(200))),
      (number) => as(number, again(frame('/list'))),
      (number) => as(number, (round) => frames(`/create r${number}-${round}`, `/join ${room}`)),
      (number) => as(number, again(frame('/nonsense'))),
      // The same name from everybody: each wants one of its own beside it.
      (number) => ({ ...as(number, again(frame('/join'))), enter: frames('Scott') }),
    ];
  },
};

// ---- market: lines

const market: Attack = {
  halves: (number) => Buffer.from(number % 2 === 0 ? ':' : x(60_000)),
  slow: (number) => ({
    enter: Buffer.from(`slow${number}\n0\n`),
    flood: again(':u\n'),
  }),
  flooders: () => {
    const as = (number: number, flood: Stream['flood']): Stream => ({
      enter: Buffer.from(`${`flood${number}`.padEnd(32, 'x')}\n0\n`),
      flood,
    });
    return [
      (number) => as(number, again(`${x(100)}\n`)),
      (number) => as(number, again(`${x(65_000)}\n`)),
      (number) => as(number, again(`${'\r'.repeat(65_000)}\n`)),
      (number) => as(number, again('\n')),
      (number) => as(number, again(`:p - ${victim} - ${x(100)}\n`)),
      (number) => as(number, again(':u\n')),
      (number) => as(number, again(`:t - ${victim} - 1\n`)),
      (number) => as(number, again(':nonsense\n')),
    ];
  },
};

// ---- relay: frames; numbers from 100 on are the strangers'

const relay: Attack = {
  halves: (number) => oi(500 + (number % 400)).subarray(0, 1 + (number % 13)),
  // Displays that never answer.
  slow: (number) => ({ enter: oi(1100 + number), flood: again(oi(1)) }),
  flooders: () => {
    const as = (number: number, flood: Stream['flood']): Stream => ({
      enter: oi(100 + number),
      flood,
    });
    const to = 1000 + victimNumber;
    return [
      (number) => as(number, again(msg(100 + number, 0, x(140)))),
      (number) => as(number, again(msg(100 + number, to, x(140)))),
      (number) => as(number, again(msg(100 + number, 0, '\n'.repeat(140)))),
      (number) => as(number, again(qem(100 + number, to))),
      (number) => as(number, again(msg(999, 0, x(140)))),
    ];
  },
};

// ---- groups: header blocks

const block = (action: string, headers: Readonly<Record<string, string>>, body = ''): Buffer =>
  Buffer.from(
    [
      'IP: 127.0.0.1',
      'Side: client',
      `Action: ${action}`,
      'Source-Port: 1',
      'Destination-Port: 1',
      'Content-Type: text/plain',
      `Content-Length: ${body.length}`,
      ...Object.entries(headers).map(([key, value]) => `${key}: ${value}`),
      '',
      body,
    ].join('\n'),
  );
const groups: Attack = {
  halves: (number) => {
    const whole = block('Req.Send', { To: victim, Id: '1' }, x(60_000));
    return whole.subarray(0, number % 2 === 0 ? 40 : whole.length - 1);
  },
  slow: (number) => ({
    enter: block('Req.Connect', { User: `slow${number}` }),
    flood: again(block('Req.List', {})),
  }),
  flooders: () => {
    const as = (number: number, flood: Stream['flood']): Stream => ({
      enter: block('Req.Connect', { User: `flood${number}` }),
      flood,
    });
    return [
      (number) => as(number, again(block('Req.Send', { To: victim, Id: '1' }, x(100)))),
      (number) => as(number, again(block('Req.Send', { To: victim, Id: '1' }, x(60_000)))),
      (number) => as(number, again(block('Req.List', {}))),
      (number) =>
        as(number, (round) =>
          Buffer.concat([
            block('Req.Group.Create', { Group: `g${number}-${round}` }),
            block('Req.Group.Invite', { Group: `g${number}-${round}`, To: victim }),
          ]),
        ),
      (number) => as(number, again(block('Req.Nonsense', {}))),
    ];
  },
};

// ---- web: JSON lines in a WebSocket, and HTTP

const line = (request: object): Buffer => Buffer.from(`${JSON.stringify(request)}\n`);
const ask = (request: object): Buffer => frameOf(line({ ref: 1, ...request }));
/** Registers, logs in, and comes to where everybody is. */
const entering = (name: string): Buffer =>
  Buffer.concat([
    ask({ do: 'register', name, fullName: name, born, token: tokenFor(name) }),
    ask({ do: 'login', name, token: tokenFor(name) }),
    ask({ do: 'join', room }),
  ]);
const web: Attack = {
  halves: (number, port) => {
    if (number % 2 === 0) return Buffer.from('GET /socket HTTP/1.1\r\nHost: loc');
    const whole = frameOf(Buffer.from(x(190_000)));
    return Buffer.concat([upgrade(port), whole.subarray(0, -1)]);
  },
  slow: (number, port) => ({
    enter: upgrade(port),
    waits: true,
    flood: (round) => (round === 0 ? entering(`slow${number}`) : repeated(ask({ do: 'users' }))),
  }),
  flooders: (port) => {
    const as = (number: number, flood: Stream['flood']): Stream => ({
      enter: upgrade(port),
      waits: true,
      flood: (round) => (round === 0 ? entering(`flood${number}`) : flood(round)),
    });
    const keyed = (number: number, request: object) => (round: number) =>
      ask({ ...request, key: `key-${number}-${round}` });
    const get = repeated(`GET /api/users HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`, 1);
    return [
      (number) => as(number, keyed(number, { do: 'say', room, text: x(100) })),
      (number) => as(number, keyed(number, { do: 'say', room, text: '\n'.repeat(60_000) })),
      (number) => as(number, keyed(number, { do: 'send', to: victim, text: ' '.repeat(60_000) })),
      (number) => as(number, keyed(number, { do: 'send', to: victim, text: x(100) })),
      (number) => as(number, (round) => ask({ do: 'create', room: `r${number}-${round}` })),
      (number) => as(number, again(ask({ do: 'users' }))),
      (number) =>
        as(number, (round) =>
          ask({
            do: 'register',
            name: `m${number}-${round}`,
            fullName: 'x',
            born,
            token: tokenFor(`m${number}-${round}`),
          }),
        ),
      () => ({ enter: Buffer.alloc(0), flood: () => get }),
    ];
  },
};

export const attacks: Readonly<Record<string, Attack>> = {
  mailbox,
  channels,
  relay,
  market,
  groups,
  web,
};
