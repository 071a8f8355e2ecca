// The operations of (source 000, 6): REGISTER, UNREGISTER, CONNECT, DISCONNECT and CONNECTED USERS.

import { keyForm } from '../../protocol/bytes/secret';
import { isFilledIn } from '../../protocol/bytes/validation';
import { refused, type Result } from '../../protocol/model';
import type { WebClientState } from '../../protocol/web/client/session';
import type { ReplyOf } from '../../protocol/web/wire/messages';
import { browserName } from './browser_name';
import { History } from './history';
import { resume } from './resume';
import { session } from './server';
import {
  connection,
  hint,
  isOnline,
  me,
  panel,
  placeMessages,
  reset,
  storage,
  unread,
  users,
} from './state';
import { current, LocalState, newToken, pendingTokens, tokens } from './store';
import { t } from './texts/index';
import { conclude, concludeUsers, echo } from './transcript';

/** Gets the refusal of an operation, or nothing. */
type Done = (why?: string) => void;
const ignore: Done = () => {};

/** Follows a login until it has succeeded or failed. */
let loginChanged: ((state: WebClientState) => void) | undefined;

/** The session has changed its state. */
export function connectionChanged(state: WebClientState): void {
  connection.value = state;
  if (state.is === 'rejected') {
    // Why it was put out stays on the screen.
    const said = hint.value;
    void closeAccount();
    if (state.why === 'banned') hint.value = said || t.moderation.removed.banned;
  }
  loginChanged?.(state);
  if (state.is === 'online') resume();
}

export function register(
  who: {
    readonly name: string;
    readonly fullName: string;
    readonly born: string;
    readonly invite?: string;
  },
  done: Done = ignore,
): void {
  echo('REGISTER', who.name);
  // The window's own word is no name, and is not sent (source 000, 6.1).
  if (![who.name, who.fullName].every(isFilledIn)) {
    conclude('REGISTER', 'bad-name');
    return done('bad-name');
  }
  const token = pendingTokens.of(who.name) ?? newToken();
  pendingTokens.set(who.name, token);
  session.request({ do: 'register', ...who, token, label: browserName() }, (outcome) => {
    if (outcome.ok || outcome.why !== 'unreachable') pendingTokens.set(who.name, undefined);
    if (outcome.ok) tokens.keep(who.name, token);
    finish('REGISTER', outcome, done);
  });
}

function finish(
  operation: 'REGISTER' | 'UNREGISTER' | 'DISCONNECT',
  outcome: Result<unknown, string>,
  done: Done,
): void {
  const why = outcome.ok ? undefined : outcome.why;
  conclude(operation, why);
  done(why);
}

export function connect(name: string, done: Done = ignore): void {
  echo('CONNECT', name);
  if (me.value !== undefined && isOnline.value) {
    conclude('CONNECT', 'already-connected');
    return done('already-connected');
  }
  logIn(name, (why) => {
    conclude('CONNECT', why);
    done(why);
  });
}

/** Logs in with a token that this browser does not keep yet. It is kept, and nothing changed, once the server takes it. */
export function connectWith(name: string, token: string, done: Done): void {
  connectBy(name, token, undefined, done);
}

/** Logs in with what the user has typed. A password or a recovery code gives this browser a key of its own. */
export function connectAnew(name: string, secret: string, done: Done): void {
  if (keyForm.test(secret)) return connectWith(name, secret, done);
  // The same key until the server has answered: a code that was used up with a lost answer has left it there.
  const key = pendingTokens.of(name) ?? newToken();
  pendingTokens.set(name, key);
  connectBy(name, secret, key, (why) => {
    if (why !== 'unreachable') pendingTokens.set(name, undefined);
    done(why);
  });
}

function connectBy(name: string, secret: string, key: string | undefined, done: Done): void {
  echo('CONNECT', name);
  const before = current.name();
  const end: Done = (why) => {
    if (why === undefined) {
      tokens.keep(name, key ?? secret);
      current.set(name);
    } else {
      if (why === 'unreachable') session.leave();
      void closeAccount();
      current.set(before);
    }
    conclude('CONNECT', why);
    done(why);
  };
  void openAccount(name).then(() => {
    followLogin(end);
    session.enter(name, secret, key === undefined ? undefined : { key, label: browserName() });
  });
}

/** Logs in with the browser's token, or finds out why that cannot be. */
function logIn(name: string, done: Done): void {
  followLogin((why) => {
    if (why === 'not-allowed') tokens.refused(name);
    done(why);
  });
  // Without a token the server is asked all the same: it says whether the alias is unknown or the token wrong.
  const token = tokens.of(name);
  if (token === undefined) return session.enter(name, newToken());
  void openAccount(name).then(() => {
    current.set(name);
    session.enter(name, token);
  });
}

function followLogin(done: Done): void {
  const end = (why?: string): void => {
    loginChanged = undefined;
    done(why);
  };
  loginChanged = (state) => {
    if (state.is === 'online') end();
    else if (state.is === 'rejected') end(state.why);
    else if (state.is === 'waiting') end('unreachable');
  };
}

/** Shows what this browser keeps of an account. */
async function openAccount(name: string): Promise<void> {
  if (me.value === name) return;
  storage.history = new History(name);
  storage.local = new LocalState(name);
  const byConversation = Map.groupBy(await storage.history.load(), (one) => one.conversation);
  for (const messages of byConversation.values()) placeMessages(messages);
  unread.value = storage.local.unread;
  me.value = name;
  // A browser that is short of space erases what it was not asked to keep.
  void navigator.storage?.persist?.();
}

async function closeAccount(erase?: 'erase'): Promise<void> {
  const { history, local } = storage;
  storage.history = undefined;
  storage.local = new LocalState('');
  reset();
  if (panel.value === 'account') panel.value = 'none';
  current.set(undefined);
  if (erase !== undefined) {
    local.erase();
    await history?.erase();
  }
}

export function disconnect(name: string = me.value ?? '', done: Done = ignore): void {
  echo('DISCONNECT', name);
  if (me.value === undefined || me.value !== name) {
    conclude('DISCONNECT', 'not-connected');
    return done('not-connected');
  }
  session.request({ do: 'logout' }, (outcome) => {
    // The page is logged out whatever the server answers (source 000, 6.4).
    session.leave();
    void closeAccount();
    finish('DISCONNECT', outcome, done);
  });
}

/** A moderator has given the account another name: the browser logs in under that, with the same key. */
export function renamed(name: string): void {
  const before = me.value ?? '';
  const token = tokens.of(before);
  if (token === undefined) return;
  tokens.keep(name, token);
  tokens.forget(before);
  session.leave();
  void closeAccount().then(() => connect(name));
}

export function unregister(name: string = me.value ?? '', done: Done = ignore): void {
  echo('UNREGISTER', name);
  const end: Done = (why) => {
    conclude('UNREGISTER', why);
    done(why);
  };
  if (name === '') end('unknown-user');
  else if (me.value === name && isOnline.value) erase(name, done);
  else if (me.value !== undefined && me.value !== name) end('not-allowed');
  // A user need not be connected to unregister (source 000, 8.2), but must show the account's token.
  else logIn(name, (why) => (why === undefined ? erase(name, done) : end(why)));
}

function erase(name: string, done: Done): void {
  session.request({ do: 'unregister' }, (outcome) => {
    if (outcome.ok) {
      tokens.forget(name);
      session.leave();
      void closeAccount('erase');
    }
    finish('UNREGISTER', outcome, done);
  });
}

export function listUsers(done: Done = ignore): void {
  echo('CONNECTEDUSERS');
  const end = (outcome: Result<ReplyOf<'users'>, string>): void => {
    if (outcome.ok) {
      const { users: listed, count } = outcome.value;
      users.value = listed;
      const names = listed.map(({ name }) => name);
      concludeUsers(names, count);
    } else conclude('CONNECTEDUSERS', outcome.why);
    done(outcome.ok ? undefined : outcome.why);
  };
  if (me.value === undefined) end(refused('not-connected'));
  else session.request({ do: 'users' }, end);
}
