// What the hub is asked for a user who comes in: the name or the account, and all that the first answer says.

import type { Outcome, Output } from '../../commands';
import type { Host } from '../../dialect';
import { type Name, ok, type Proof, refused, type Result } from '../../model';
import type { ListedUser } from '../wire/codec';
import { dialectName, type Status } from '../wire/messages';
import { listed } from './addressing';
import { signInRefusal } from './refusals';

export interface SignedIn {
  readonly users: readonly ListedUser[];
  /** The groups of an account, which are still its own. */
  readonly groups: Output<'group-list'>['groups'];
  /** For a guest nothing has waited. */
  readonly isAccount: boolean;
}

/** Signs a guest in, or with a key or a password an account. `done` gets its answer in order, even after a loss. */
export function signIn(
  host: Host,
  name: Name,
  secret: string | undefined,
  done: (result: Result<SignedIn, Status>) => void,
): void {
  if (secret === undefined) return admit(host, name, undefined, done);
  host.prove(name, secret, (proof) => {
    if (proof.ok) admit(host, name, proof.value, done);
    else done(refused(signInRefusal(proof.why)));
  });
}

function admit(
  host: Host,
  name: Name,
  proof: Proof | undefined,
  done: (result: Result<SignedIn, Status>) => void,
): void {
  const { session, machine, remote } = host;
  const at = { session, machine, address: remote, dialect: dialectName };
  let refusal: Status | undefined;
  let users: readonly ListedUser[] = [];
  const entered = (outcome: Outcome<'enter' | 'login'>): void => {
    if (!outcome.ok) refusal = signInRefusal(outcome.why);
  };
  if (proof === undefined) {
    host.submit({ do: 'enter', ...at, wanted: { name }, collision: 'refuse' }, entered);
  } else {
    host.submit({ do: 'login', ...at, ...proof }, entered);
  }
  host.submit({ do: 'users', asker: { session } }, (outcome) => {
    if (outcome.ok) users = listed(outcome.value.users, host.server.host);
  });
  host.submit({ do: 'group-list', session }, (outcome) => {
    const groups = outcome.ok ? outcome.value.groups : [];
    const isAccount = proof !== undefined;
    done(refusal === undefined ? ok({ users, groups, isAccount }) : refused(refusal));
  });
}
