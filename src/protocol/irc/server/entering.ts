// Coming in: the account that was proved, or a guest's name; and all that the first answer says.

import type { Outcome, Output } from '../../commands';
import type { Host } from '../../dialect';
import { type Name, type Proof, type User } from '../../model';
import { dialectName } from './door';
import type { Registration } from './registration';

export interface Entered {
  readonly name: Name;
  readonly isAccount: boolean;
  readonly users: readonly User[];
  readonly rooms: number;
  readonly groups: Output<'group-list'>['groups'];
}

/** Why somebody is not in. `password`: what PASS said is wrong. */
export type EntryRefusal = 'name-taken' | 'banned' | 'no-guests' | 'password' | 'busy';

type Done = (result: Entered | EntryRefusal) => void;

const refusals: Readonly<Record<string, EntryRefusal>> = {
  'name-taken': 'name-taken',
  banned: 'banned',
  'not-allowed': 'no-guests',
};

export function comeIn(host: Host, registration: Registration, nick: Name, done: Done): void {
  const { proof, pass } = registration;
  if (proof || !pass) return admit(host, nick, proof, done);
  host.prove(pass.account, pass.password, (proved) => {
    if (proved.ok) admit(host, nick, proved.value, done);
    else done('password');
  });
}

function admit(host: Host, nick: Name, proof: Proof | undefined, done: Done): void {
  const { session, machine, remote: address } = host;
  const at = { session, machine, address, dialect: dialectName };
  let name: Name | undefined;
  let refusal: EntryRefusal = 'busy';
  let users: readonly User[] = [];
  let rooms = 0;
  const entered = (outcome: Outcome<'enter' | 'login'>): void => {
    if (outcome.ok) ({ name } = outcome.value);
    else refusal = refusals[outcome.why] ?? 'busy';
  };
  if (proof) host.submit({ do: 'login', ...at, ...proof }, entered);
  else host.submit({ do: 'enter', ...at, wanted: { name: nick }, collision: 'refuse' }, entered);
  host.submit({ do: 'users', asker: { session } }, (outcome) => {
    if (outcome.ok) ({ users } = outcome.value);
  });
  host.submit({ do: 'rooms', session }, (outcome) => {
    if (outcome.ok) rooms = outcome.value.rooms.length;
  });
  host.submit({ do: 'group-list', session }, (outcome) => {
    if (name === undefined) return done(refusal);
    const groups = outcome.ok ? outcome.value.groups : [];
    done({ name, isAccount: proof !== undefined, users, rooms, groups });
  });
}
