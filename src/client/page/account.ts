// Coming and going: the source's REGISTER, CONNECT, DISCONNECT, UNREGISTER and CONNECTED USERS.

import { refused, type Result } from '../../protocol/model';
import type { WebClientState } from '../../protocol/web/client/session';
import type { ReplyOf } from '../../protocol/web/wire/messages';
import { heard, keep } from './incoming';
import { resume } from './resume';
import { openSession } from './socket';
import {
  connection,
  forgetAll,
  isHere,
  me,
  nextAt,
  own,
  panel,
  place,
  unread,
  users,
} from './state';
import { current, History, Notes, pending, randomText, tokens } from './store';
import { conclude, concludeUsers, echo } from './transcript';

type Done = (why?: string) => void;
const ignore: Done = () => {};

export const session = openSession({
  keep,
  notified: heard,
  changed(state) {
    connection.value = state;
    connecting?.(state);
    if (state.is === 'online') resume(session);
    if (state.is === 'rejected') void close();
  },
});

/** Watches how a CONNECT ends. */
let connecting: ((state: WebClientState) => void) | undefined;

export function register(
  who: { readonly name: string; readonly fullName: string; readonly born: string },
  done: Done = ignore,
): void {
  echo('REGISTER', who.name);
  const token = pending.of(who.name) ?? randomText(32);
  pending.set(who.name, token);
  session.request({ do: 'register', ...who, token }, (answer) => {
    if (answer.ok || answer.why !== 'unreachable') pending.set(who.name, undefined);
    if (answer.ok) tokens.keep(who.name, token);
    finish('REGISTER', answer, done);
  });
}

function finish(
  operation: 'REGISTER' | 'UNREGISTER' | 'DISCONNECT',
  answer: Result<unknown, string>,
  done: Done,
): void {
  const why = answer.ok ? undefined : answer.why;
  conclude(operation, why);
  done(why);
}

export function connect(name: string, done: Done = ignore): void {
  echo('CONNECT', name);
  if (me.value !== undefined && isHere.value) {
    conclude('CONNECT', 'already-connected');
    return done('already-connected');
  }
  comeIn(name, (why) => {
    conclude('CONNECT', why);
    done(why);
  });
}

/** Logs in with the browser's token, or finds out why that cannot be. */
function comeIn(name: string, done: Done): void {
  const end = (why?: string): void => {
    connecting = undefined;
    done(why);
  };
  connecting = (state) => {
    if (state.is === 'online') end();
    else if (state.is === 'rejected') end(state.why);
    else if (state.is === 'waiting') end('unreachable');
  };
  // Without a token it is for the server to say that it cannot be, or that there is nobody of that name.
  const token = tokens.of(name);
  if (token === undefined) session.enter(name, randomText(32));
  else void open(name).then(() => session.enter(name, token));
}

/** Shows what this browser keeps of an account. */
async function open(name: string): Promise<void> {
  if (me.value === name) return;
  own.history = new History(name);
  own.notes = new Notes(name);
  const kept = await own.history.load();
  for (const message of kept) place(message);
  unread.value = own.notes.unread;
  me.value = name;
  current.set(name);
}

async function close(erase?: 'erase'): Promise<void> {
  const { history, notes } = own;
  own.history = undefined;
  own.notes = new Notes('');
  forgetAll();
  panel.value = panel.value === 'account' ? 'none' : panel.value;
  current.set(undefined);
  if (erase !== undefined) {
    notes.erase();
    await history?.erase();
  }
}

export function disconnect(name: string = me.value ?? '', done: Done = ignore): void {
  echo('DISCONNECT', name);
  if (me.value === undefined || me.value !== name) {
    conclude('DISCONNECT', 'not-connected');
    return done('not-connected');
  }
  session.request({ do: 'logout' }, (answer) => {
    // Whatever the server says, this page stops being anybody (source 1, section 6.4).
    session.leave();
    void close();
    finish('DISCONNECT', answer, done);
  });
}

export function unregister(name: string = me.value ?? '', done: Done = ignore): void {
  echo('UNREGISTER', name);
  const end: Done = (why) => {
    conclude('UNREGISTER', why);
    done(why);
  };
  if (name === '') end('unknown-user');
  else if (me.value === name && isHere.value) erase(name, done);
  else if (me.value !== undefined && me.value !== name) end('not-allowed');
  // One need not be connected to unregister (source 1, section 8.2), but it must be shown who asks.
  else comeIn(name, (why) => (why === undefined ? erase(name, done) : end(why)));
}

function erase(name: string, done: Done): void {
  session.request({ do: 'unregister' }, (answer) => {
    if (answer.ok) {
      tokens.forget(name);
      session.leave();
      void close('erase');
    }
    finish('UNREGISTER', answer, done);
  });
}

export function listUsers(done: Done = ignore): void {
  echo('CONNECTEDUSERS');
  const end = (answer: Result<ReplyOf<'users'>, string>): void => {
    if (answer.ok) {
      users.value = answer.value.users;
      const { users: listed, count } = answer.value;
      concludeUsers(
        listed.map(({ name }) => name),
        count,
      );
    } else conclude('CONNECTEDUSERS', answer.why);
    done(answer.ok ? undefined : answer.why);
  };
  if (me.value === undefined) end(refused('not-connected'));
  else session.request({ do: 'users' }, end);
}

/** The link by which another browser becomes the same account. Nothing behind # is ever sent to a server. */
export function linkOf(name: string): string | undefined {
  const token = tokens.of(name);
  if (token === undefined) return undefined;
  return `${location.origin}/#key=${encodeURIComponent(name)}:${token}`;
}

/** Whoever was here before the reload is here again; a link from another browser brings its alias. */
export function start(): void {
  const carried = /^#key=([^:]+):([\w-]{43})$/.exec(location.hash);
  if (carried) {
    history.replaceState(null, '', '/');
    const name = decodeURIComponent(carried[1] ?? '');
    tokens.keep(name, carried[2] ?? '');
    // Nobody is made somebody else by opening a link: where there is an account already, its owner chooses.
    current.set(current.name() === undefined ? name : undefined);
  }
  addEventListener('hashchange', () => {
    if (location.hash.startsWith('#key=')) location.reload();
  });
  const name = current.name();
  if (name !== undefined && tokens.of(name) !== undefined) connect(name);
  nextAt();
}
