// The states of a user and of the server (source 001, "Estados"), as one table that both sides act by.

/**
 * Where a user is, and where each event leads. `chat` is a conversation with one user or group, `chat2` one with
 * anybody by name, `alone` one whose partner has left: what is typed there is not said, and is no command either.
 */
export const userStates = {
  out: { connect: 'connecting', quit: 'out' },
  connecting: { accepted: 'in', refused: 'out', lost: 'out', quit: 'out' },
  in: { chat: 'chat', chat2: 'chat2', quit: 'leaving', lost: 'out' },
  chat: { line: 'chat', quit: 'in', gone: 'alone', lost: 'out' },
  alone: { line: 'alone', back: 'chat', quit: 'in', lost: 'out' },
  chat2: { line: 'chat2', quit: 'in', lost: 'out' },
  leaving: { farewell: 'out', silent: 'out', lost: 'out' },
} as const;

/**
 * Where the server is with one connection. It listens all the time (the source's IDLE): `listening` is a connection
 * that has not said yet what it is for, `serving` one of a user who is in, `carrying` one that carries a file.
 */
export const serverStates = {
  listening: {
    connect: 'entering',
    transfer: 'carrying',
    disconnect: 'over',
    fault: 'over',
    ended: 'over',
    silent: 'over',
    stop: 'over',
    lost: 'over',
  },
  entering: {
    accepted: 'serving',
    refused: 'listening',
    silent: 'entering',
    stop: 'over',
    lost: 'over',
  },
  serving: {
    request: 'serving',
    disconnect: 'over',
    fault: 'over',
    ended: 'over',
    silent: 'over',
    stop: 'over',
    lost: 'over',
  },
  carrying: {
    data: 'carrying',
    settled: 'over',
    fault: 'over',
    ended: 'over',
    silent: 'over',
    stop: 'over',
    lost: 'over',
  },
  over: { ended: 'over', stop: 'over', lost: 'over' },
} as const;

export type UserState = keyof typeof userStates;
export type ServerState = keyof typeof serverStates;

type EventOf<Table> = { [S in keyof Table]: keyof Table[S] }[keyof Table] & string;
export type UserEvent = EventOf<typeof userStates>;
export type ServerEvent = EventOf<typeof serverStates>;

type Rows = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The state of a user after an event. An event without a row is a bug of ours, and throws. */
export const userStateAfter = (state: UserState, event: UserEvent): UserState =>
  stateAfter(userStates, state, event) as UserState;

/** The state of the server after an event. An event without a row is a bug of ours, and throws. */
export const serverStateAfter = (state: ServerState, event: ServerEvent): ServerState =>
  stateAfter(serverStates, state, event) as ServerState;

function stateAfter(rows: Readonly<Record<string, object>>, state: string, event: string): string {
  const next = (rows as Rows)[state]?.[event];
  if (next === undefined) throw new Error(`no row for ${event} in the state ${state}`);
  return next;
}
