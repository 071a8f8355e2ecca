// The states of a user and of the server (source 001, "Estados"), as one table that both sides act by.

/**
 * Where a user is, and where each thing that happens takes him; what stands nowhere cannot happen there.
 * `chat` is a conversation with one user or group, `chat2` one with anybody by name.
 */
export const userStates = {
  out: { connect: 'connecting' },
  connecting: { accepted: 'in', refused: 'out', lost: 'out', quit: 'out' },
  in: { chat: 'chat', chat2: 'chat2', quit: 'leaving', lost: 'out' },
  chat: { line: 'chat', quit: 'in', gone: 'in', chat: 'chat', chat2: 'chat2', lost: 'out' },
  chat2: { line: 'chat2', quit: 'in', chat: 'chat', chat2: 'chat2', lost: 'out' },
  leaving: { farewell: 'out', lost: 'out' },
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
  },
  entering: { accepted: 'serving', refused: 'listening', ended: 'over', stop: 'over' },
  serving: {
    request: 'serving',
    disconnect: 'over',
    fault: 'over',
    ended: 'over',
    silent: 'over',
    stop: 'over',
  },
  carrying: {
    data: 'carrying',
    settled: 'over',
    fault: 'over',
    ended: 'over',
    silent: 'over',
    stop: 'over',
  },
  over: {},
} as const;

export type UserState = keyof typeof userStates;
export type ServerState = keyof typeof serverStates;

type Happening<Table> = { [S in keyof Table]: keyof Table[S] }[keyof Table] & string;
export type UserHappening = Happening<typeof userStates>;
export type ServerHappening = Happening<typeof serverStates>;

type Rows = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The state after something happened; undefined where it cannot happen. */
export const userAfter = (state: UserState, what: UserHappening): UserState | undefined =>
  (userStates as Rows)[state]?.[what] as UserState | undefined;

export const serverAfter = (state: ServerState, what: ServerHappening): ServerState | undefined =>
  (serverStates as Rows)[state]?.[what] as ServerState | undefined;
