// Servers of groups as other people write them: each departs from ours in one way.

import { type FakeCall, type FakeServer, fakeServer } from '../../client/fake_server';

type Headers = Readonly<Record<string, string>>;

export interface ForeignGroupsServer {
  readonly name: string;
  /** How a block is written, with its body; headers in lines, an empty one, and the body if absent. */
  readonly written?: (lines: readonly string[], body: string) => string;
  /** Changes the headers of an answer. */
  readonly headers?: (headers: Headers) => Headers;
  /** Each byte has a segment of its own. */
  readonly drips?: boolean;
  /** It says this before its first answer. */
  readonly before?: string;
  /** Actions that it does not answer. */
  readonly mutes?: readonly string[];
  /** It ends the connection instead of answering such an action. */
  readonly closes?: string;
  /** How `chat send` to bob is to end, and to nobody. */
  readonly status: number;
  readonly toNobody?: number;
  /** It does not answer, so what it has counts as sent. */
  readonly isMute?: boolean;
}

const without =
  (...names: readonly string[]) =>
  (headers: Headers): Headers =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
const block = (lines: readonly string[], body: string, end = '\n'): string =>
  [...lines, '', body].join(end);
const works = { status: 0, toNobody: 67 } as const;

export const groupsServers: readonly ForeignGroupsServer[] = [
  { name: 'as the source', ...works },
  { name: 'byte by byte', drips: true, ...works },
  { name: 'CR LF', written: (lines, body) => block(lines, body, '\r\n'), ...works },
  { name: 'empty lines before', written: (lines, body) => `\n\r\n${block(lines, body)}`, ...works },
  { name: 'an empty line behind', written: (lines, body) => `${block(lines, body)}\n`, ...works },
  { name: 'no addresses', headers: without('IP', 'Source-Port', 'Destination-Port'), ...works },
  { name: 'no side', headers: without('Side'), ...works },
  { name: 'no ids', headers: without('Id'), ...works },
  {
    name: 'no length where there is no body',
    headers: (all) => (all['Content-Length'] === '0' ? without('Content-Length')(all) : all),
    ...works,
  },
  {
    name: 'headers of its own',
    headers: (all) => ({ 'X-Server': 'mine', ...all, Colour: 'blue' }),
    ...works,
  },
  {
    name: 'small letters',
    headers: (all) =>
      Object.fromEntries(Object.entries(all).map(([name, value]) => [name.toLowerCase(), value])),
    ...works,
  },
  { name: 'no reason', headers: without('Reason'), status: 0, toNobody: 75 },
  { name: 'greets', before: 'Action: Server.Hello\nContent-Length: 2\n\nhi', ...works },
  { name: 'no word to a text', mutes: ['Req.Send'], status: 0, toNobody: 0, isMute: true },
  { name: 'no word to a goodbye', mutes: ['Req.Disconnect'], ...works },
  { name: 'ends at Req.Connect', closes: 'Req.Connect', status: 69 },
  { name: 'ends at a text', closes: 'Req.Send', status: 69 },
];

export function startGroupsServer(foreign: ForeignGroupsServer): FakeServer {
  return fakeServer(async (call) => {
    if (foreign.before !== undefined) call.send(foreign.before);
    for (let at = 0; ;) {
      const { headers, next } = await request(call, at);
      at = next;
      const action = headers['Action'] ?? '';
      if (action === foreign.closes) return call.end();
      if (foreign.mutes?.includes(action) !== true) await answer(call, foreign, headers);
      if (action === 'Req.Disconnect') return call.end();
    }
  });
}

async function answer(call: FakeCall, foreign: ForeignGroupsServer, asked: Headers): Promise<void> {
  const isText = asked['Action'] === 'Req.Send';
  const isKnown = asked['To'] !== 'nobody';
  const status = isText ? (isKnown ? 'stored' : 'failed') : 'ok';
  const body =
    status === 'failed' ? 'unknown user' : isText ? '' : 'ana 127.0.0.1 4000\nbob 127.0.0.1 4001\n';
  const isList = asked['Action'] === 'Req.List';
  const headers: Headers = {
    IP: '127.0.0.1',
    Side: 'server',
    Action: isText ? 'Res.Send confirmation' : isList ? 'Res.List' : 'Res.Confirmation',
    'Source-Port': '1',
    'Destination-Port': '2',
    'Content-Length': String(Buffer.byteLength(body)),
    Id: asked['Id'] ?? '',
    Status: status,
    ...(status === 'failed' && { Reason: 'unknown-user' }),
  };
  const lines = Object.entries((foreign.headers ?? ((all) => all))(headers)).map(
    ([name, value]) => `${name}: ${value}`,
  );
  const bytes = (foreign.written ?? block)(lines, body);
  for (const piece of foreign.drips === true ? bytes : [bytes]) {
    call.send(piece);
    if (foreign.drips === true) await new Promise((next) => setImmediate(next));
  }
}

/** The request that begins there. */
async function request(call: FakeCall, at: number): Promise<{ headers: Headers; next: number }> {
  for (;;) {
    const came = call.came.toString('latin1', at);
    const end = came.indexOf('\n\n');
    if (end >= 0) {
      const headers = Object.fromEntries(
        came
          .slice(0, end)
          .split('\n')
          .map((line) => line.split(/: */, 2)),
      ) as Headers;
      const next = at + end + 2 + Number(headers['Content-Length'] ?? 0);
      await call.bytes(next);
      return { headers, next };
    }
    await call.bytes(call.came.length + 1);
  }
}
