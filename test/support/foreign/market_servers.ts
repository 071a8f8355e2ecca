// Servers of the market as other people write them: each departs from ours in one way.

import { texts } from '../../../src/protocol/market/wire/messages';
import { type FakeCall, type FakeServer, fakeServer } from '../../client/fake_server';

export interface ForeignMarketServer {
  readonly name: string;
  /** How a line is written; with LF if absent. */
  readonly written?: (line: string) => string;
  /** Each byte has a segment of its own. */
  readonly drips?: boolean;
  /** What it says at once; the welcome if absent. */
  readonly welcome?: string;
  /** How it asks for the balance. */
  readonly question?: string;
  /** What it says to a balance; nothing if empty. */
  readonly balance?: string;
  /** What it says to `:funds` once the client is in; nothing if empty. */
  readonly funds?: string;
  /** What it says to a private line to somebody who is not there. */
  readonly nobody?: string;
  /** When it closes the connection. */
  readonly closes?: 'at once' | 'at a balance' | 'at a text';
  /** How `chat send` to everybody is to end, and to nobody. */
  readonly status: number;
  readonly toNobody?: number;
  /** It does not answer, so what it has counts as sent. */
  readonly isMute?: boolean;
}

export const marketServers: readonly ForeignMarketServer[] = [
  { name: 'as the source', status: 0, toNobody: 67 },
  { name: 'byte by byte', drips: true, status: 0, toNobody: 67 },
  { name: 'CR LF', written: (line) => `${line}\r\n`, status: 0, toNobody: 67 },
  { name: 'empty lines between', written: (line) => `\n${line}\n\n`, status: 0, toNobody: 67 },
  { name: 'no line ends', written: (line) => line, status: 0, toNobody: 67 },
  { name: 'no welcome', welcome: '', status: 0, toNobody: 67 },
  { name: 'a welcome of its own', welcome: 'Hola!', status: 0, toNobody: 67 },
  {
    name: 'asks in its own words',
    question: 'Enter your balance, please?',
    status: 0,
    toNobody: 67,
  },
  { name: 'takes the balance in its own words', balance: 'Thank you.', status: 0, toNobody: 67 },
  { name: 'takes the balance without a word', balance: '', status: 0, toNobody: 67 },
  { name: 'knows no :funds', funds: texts.unknownCommand, status: 0, toNobody: 67 },
  { name: 'other words to :funds', funds: 'You have $5', status: 0, toNobody: 67 },
  { name: 'no word to :funds', funds: '', status: 0, toNobody: 67, isMute: true },
  { name: 'other words to nobody', nobody: 'No such user', status: 0, toNobody: 0 },
  { name: 'ends at once', closes: 'at once', status: 69 },
  { name: 'ends at a balance', closes: 'at a balance', status: 69 },
  { name: 'ends at a text', closes: 'at a text', status: 69 },
];

/** It calls its clients by their addresses, and takes a number for a balance and nothing else. */
export function startMarketServer(foreign: ForeignMarketServer): FakeServer {
  return fakeServer(async (call) => {
    const { welcome = texts.welcome, question = texts.question } = foreign;
    if (foreign.closes === 'at once') return call.end();
    await say(call, foreign, welcome);
    await say(call, foreign, question);
    let isIn = false;
    for (let lines = 1; ; lines++) {
      const line = await lineOf(call, lines);
      const isBalance: boolean = !isIn && /^\d+$/.test(line);
      if ((isBalance && foreign.closes === 'at a balance') || line === ':q') return call.end();
      if (isIn && foreign.closes === 'at a text') return call.end();
      await say(
        call,
        foreign,
        isIn ? replyTo(line, foreign) : isBalance ? taken(line, foreign) : question,
      );
      isIn ||= isBalance;
    }
  });
}

const taken = (line: string, { balance = texts.balanceSet(Number(line)) }: ForeignMarketServer) =>
  balance;

function replyTo(line: string, foreign: ForeignMarketServer): string {
  const { funds = texts.funds(0), nobody = texts.notConnected('nobody') } = foreign;
  if (line === ':funds') return funds;
  return line.startsWith(':p - <nobody>') ? nobody : '';
}

/** What is said one after the other is not glued, or nobody could tell where a line without an end ends. */
const apartMs = 200;

async function say(call: FakeCall, { written, drips }: ForeignMarketServer, line: string) {
  if (line === '') return;
  const bytes = (written ?? ((text) => `${text}\n`))(line);
  for (const piece of drips === true ? bytes : [bytes]) {
    call.send(piece);
    if (drips === true) await new Promise((next) => setImmediate(next));
  }
  if (!bytes.endsWith('\n')) await Bun.sleep(apartMs);
}

/** The line of that number, from 1. */
async function lineOf(call: FakeCall, number: number): Promise<string> {
  for (;;) {
    const line = call.came.toString().split('\n').slice(0, -1)[number - 1];
    if (line !== undefined) return line;
    await call.bytes(call.came.length + 1);
  }
}
