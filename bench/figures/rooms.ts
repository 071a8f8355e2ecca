// What one says to a thousand, in each dialect that has rooms open to everybody: CPU for each delivered byte.

import { type Figure, goal, number, rate, type Row } from '../support/figure';
import { median } from '../support/pairs';
import { type RoomAudience, RoomFanOut, type RoomRun } from '../support/room_fan_out';
import { ourRooms } from '../support/servers';

const receivers = 1000;
const warmMs = 700;
const measureMs = 1000;
/** A display that has answered nothing for five seconds is written to without waiting, as real ones are. */
const silentMs = 6000;

const anyDisplay = 65_535;

const frames = (...texts: readonly string[]): Buffer =>
  Buffer.concat(texts.map((text) => Buffer.from(text.padEnd(200))));

/** One frame of a WebSocket, whose mask is zero. */
function webSocketFrame(request: object): Buffer {
  const body = Buffer.from(`${JSON.stringify(request)}\n`);
  return Buffer.concat([
    Buffer.from([0x81, 0xfe, body.length >> 8, body.length & 0xff]),
    Buffer.alloc(4),
    body,
  ]);
}

function ofPage(index: number, port: number): Buffer {
  const head = [
    'GET /socket HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    'Sec-WebSocket-Version: 13',
  ];
  const [name, token] = [`w${index}`, `t${index}`.padEnd(43, '-')];
  const born = { fullName: 'Bench User', born: '01/02/2003' };
  const requests = [
    { do: 'register', ref: 1, name, token, ...born },
    { do: 'login', ref: 2, name, token },
    ...(index === 0 ? [{ do: 'create', ref: 3, room: 'plaza' }] : []),
    { do: 'join', ref: 9, room: 'plaza' },
  ];
  return Buffer.concat([
    Buffer.from(`${head.join('\r\n')}\r\n\r\n`),
    ...requests.map(webSocketFrame),
  ]);
}

const audiences: readonly (RoomAudience & { readonly mostRatio: number })[] = [
  {
    dialect: 'channels',
    room: 'lounge',
    opening: (index) => frames(`r${index}`, index === 0 ? '/create lounge' : '/join lounge', '/?'),
    welcome: '/? is not',
    mostRatio: 1,
  },
  {
    dialect: 'market',
    room: 'market',
    opening: (index) => Buffer.from(`m${index}\n5\n`),
    welcome: 'has been set',
    mostRatio: 1.3,
  },
  { dialect: 'web', room: 'plaza', opening: ofPage, welcome: '"ref":9', mostRatio: 1.3 },
  {
    dialect: 'relay',
    room: 'relay',
    // OI of a display that takes any number.
    opening: () =>
      Buffer.from([0, 0, anyDisplay >> 8, anyDisplay & 0xff, ...Array<number>(10).fill(0)]),
    welcome: '\0',
    mostRatio: 1.3,
  },
];

const nsOf = (runs: readonly RoomRun[]): number => median(runs.map(({ nsPerByte }) => nsPerByte));

function rowOf(
  { dialect, mostRatio }: (typeof audiences)[number],
  runs: RoomRun[],
  channels: number,
): Row {
  const ratio = nsOf(runs) / channels;
  const { messageBytes = 0 } = runs[0] ?? {};
  return {
    what: dialect,
    cells: [
      rate(median(runs.map(({ deliveriesPerSecond }) => deliveriesPerSecond))),
      number(messageBytes, 0),
      number(nsOf(runs)),
      number(ratio),
    ],
    ...(dialect !== 'channels' && { goal: goal(ratio, '<=', mostRatio) }),
  };
}

export const roomsFigure: Figure = {
  name: 'rooms',
  title: `One sender to ${receivers} receivers of each dialect, 64 in flight`,
  heads: ['deliveries/s', 'bytes each', 'CPU ns/byte', 'of channels'],
  async measure({ chat: path, scaled }) {
    const chat = await ourRooms(path);
    const doors = new Map(
      [...chat.said.matchAll(/^(\w+) +(\d+) /gm)].map(([, name = '', port]) => [
        name,
        Number(port),
      ]),
    );
    const rows: Row[] = [];
    let checked = 0;
    let channels = Number.NaN;
    for (const audience of audiences) {
      const fan = new RoomFanOut(audience);
      await fan.connect(
        doors.get('channels') ?? 0,
        doors.get(audience.dialect) ?? 0,
        scaled(receivers),
      );
      if (audience.dialect === 'relay') await Bun.sleep(silentMs);
      const runs: RoomRun[] = [];
      for (let count = 0; count < 3; count++)
        runs.push(await fan.run(chat.pid, scaled(warmMs), scaled(measureMs)));
      fan.close();
      await Bun.sleep(500);
      if (audience.dialect === 'channels') channels = nsOf(runs);
      rows.push(rowOf(audience, runs, channels));
      checked += runs.reduce((sum, { deliveries }) => sum + Math.round(deliveries), 0);
    }
    await chat.stop();
    return { rows, checked, wrong: [] };
  },
};
