// Presence by call-back address: an account says where it can be called, and the server remembers it.

import { type Address, type Name, ok, refused } from '../../../protocol/model';
import type { CallbackAddress, Handlers } from '../context';
import { accountOf, accountRecipient } from '../names';
import { type AccountRow, mayBeNamed, type People } from '../state/people';
import type { PresenceCache } from '../state/presence';
import type { Store } from '../store';

interface AddressRow {
  readonly opened: number;
  readonly account: number;
  readonly name: Name;
  readonly host: string;
  readonly port: number;
  readonly dialect: string;
  readonly machine: string;
  readonly wants_files: number;
}

const callAddress = (row: AddressRow): CallbackAddress => ({
  recipient: accountRecipient(row.account),
  opened: row.opened,
  address: { host: row.host, port: row.port } satisfies Address,
  dialect: row.dialect,
  machine: row.machine,
  wantsFiles: row.wants_files === 1,
});

const columns = `SELECT opened, account, name, address.host AS host, port, dialect, machine, wants_files
  FROM address JOIN account ON account.id = address.account`;

/** Every address there is, in the order in which they were opened: what delivery starts with. */
export const allAddresses = (db: Store): CallbackAddress[] =>
  db.query<AddressRow, []>(`${columns} ORDER BY opened`).all().map(callAddress);

export function addresses(
  db: Store,
  people: People,
  presence: PresenceCache,
): Pick<Handlers, 'callback-open' | 'callback-close' | 'callback-lost' | 'callback-wants-files'> {
  const byAccount = db.prepare<AddressRow, [number]>(`${columns} WHERE account = ?`);
  const insert = db.prepare<never, [number, string, number, string, string, number]>(
    'INSERT INTO address (account, host, port, dialect, machine, at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const remove = db.prepare<never, [number]>('DELETE FROM address WHERE opened = ?');
  const want = db.prepare<never, [number]>('UPDATE address SET wants_files = 1 WHERE opened = ?');

  const named = (name: Name): AccountRow | 'unknown-user' | 'not-allowed' => {
    const account = people.account(name);
    if (!account) return 'unknown-user';
    return mayBeNamed(account) ? account : 'not-allowed';
  };

  return {
    'callback-open'(command, context) {
      const account = named(command.account);
      if (typeof account === 'string') return refused(account);
      if (byAccount.get(account.id)) return refused('already-connected');
      context.isDurable = true;
      const wasHere = people.reachable(account.id);
      const { host, port } = command.address;
      insert.run(account.id, host, port, command.dialect, command.machine, context.at);
      presence.changed();
      const row = byAccount.get(account.id);
      if (!row) throw new Error('an address just opened is not there');
      context.emit({ is: 'address', at: callAddress(row) });
      if (!wasHere) people.announce(context, account.name, true);
      return ok(undefined);
    },

    'callback-close'(command, context) {
      const account = named(command.account);
      if (typeof account === 'string') return refused(account);
      const row = byAccount.get(account.id);
      if (!row) return refused('not-connected');
      if (row.host !== command.host) return refused('elsewhere');
      context.isDurable = true;
      remove.run(row.opened);
      presence.changed();
      context.emit({
        is: 'address-gone',
        recipient: accountRecipient(account.id),
        opened: row.opened,
      });
      if (!people.reachable(account.id)) people.announce(context, account.name, false);
      return ok(undefined);
    },

    'callback-lost'(command, context) {
      const account = accountOf(command.recipient);
      const row = account === undefined ? null : byAccount.get(account);
      if (!row || row.opened !== command.opened) return refused('not-connected');
      context.isDurable = true;
      remove.run(row.opened);
      presence.changed();
      context.emit({ is: 'address-gone', recipient: command.recipient, opened: row.opened });
      if (!people.reachable(row.account)) people.announce(context, row.name, false);
      return ok(undefined);
    },

    'callback-wants-files'(command, context) {
      const account = people.account(command.account);
      if (!account) return refused('unknown-user');
      const row = byAccount.get(account.id);
      if (!row || row.host !== command.host) return refused('not-connected');
      context.isDurable = true;
      want.run(row.opened);
      context.emit({ is: 'address', at: callAddress({ ...row, wants_files: 1 }) });
      return ok(undefined);
    },
  };
}
