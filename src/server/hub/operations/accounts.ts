// Accounts: registering a name for good, and giving it back.

import { type FileHash, ok, refused, type SessionId } from '../../../protocol/model';
import { accountRecipient, keyOf } from '../names';
import type { Groups } from '../state/groups';
import type { Membership } from '../state/membership';
import { mayBeNamed, type People } from '../state/people';
import type { PresenceCache } from '../state/presence';
import type { Store } from '../store';
import type { Handlers } from '../turn';

export function accounts(
  db: Store,
  people: People,
  presence: PresenceCache,
  membership: Membership,
  closed: Groups,
): Pick<Handlers, 'register' | 'unregister' | 'doors'> {
  const insert = db.prepare<never, [string, string, string, string, string, number, string | null]>(
    `INSERT INTO account (key, name, full_name, born, host, registered_at, token_hash)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const address = db.prepare<{ opened: number; host: string }, [number]>(
    'SELECT opened, host FROM address WHERE account = ?',
  );
  const evict = db.prepare<{ id: SessionId; dialect: string }, [number]>(
    'DELETE FROM live.session WHERE account = ? RETURNING id, dialect',
  );
  const files = db.prepare<{ hash: FileHash }, [string]>(
    'DELETE FROM file WHERE recipient = ? RETURNING hash',
  );
  const openDoors = db.prepare<never, [number, number]>(
    'UPDATE account SET doors_open = ? WHERE id = ?',
  );
  // Its address and what waits for it go with it (ON DELETE CASCADE).
  const erase = db.prepare<never, [number]>('DELETE FROM account WHERE id = ?');

  return {
    register(command, turn) {
      if (people.taken(command.name)) return refused('name-taken');
      turn.lasting = true;
      insert.run(
        keyOf(command.name),
        command.name,
        command.fullName,
        command.born,
        command.host,
        turn.seconds,
        command.tokenHash ?? null,
      );
      people.changed();
      return ok(undefined);
    },

    unregister(command, turn) {
      const account = people.account(command.account);
      if (!account) return refused('unknown-user');
      const at = address.get(account.id);
      if (command.session === undefined) {
        if (!mayBeNamed(account)) return refused('not-allowed');
        if (at && at.host !== command.host) return refused('elsewhere');
      } else if (people.session(command.session)?.account !== account.id) {
        return refused('not-allowed');
      }
      turn.lasting = true;
      const recipient = accountRecipient(account.id);
      if (at) turn.tell({ is: 'address-gone', recipient, opened: at.opened });
      const sessions = evict.all(account.id);
      const here = sessions.map(({ id, dialect }) => ({
        session: id,
        name: account.name,
        dialect,
      }));
      const who = here[0] ?? { session: '' as SessionId, name: account.name, dialect: '' };
      closed.forget(turn, who, recipient, here);
      for (const { id: session, dialect } of sessions) {
        membership.leaveAll(turn, { session, name: account.name, dialect });
        turn.tell({ is: 'departed', session, recipient });
      }
      for (const { hash } of files.all(recipient)) turn.tell({ is: 'file-released', hash });
      turn.tell({ is: 'forgotten', recipient });
      erase.run(account.id);
      people.changed();
      presence.changed();
      if (at || sessions.length > 0) people.announce(turn, account.name, false);
      return ok(undefined);
    },

    doors(command, turn) {
      const session = people.session(command.session);
      if (!session) return refused('not-entered');
      const account = session.account === null ? undefined : people.account(session.name);
      if (!account) return refused('no-account');
      if (command.open === undefined) return ok({ open: mayBeNamed(account) });
      turn.lasting = true;
      openDoors.run(command.open ? 1 : 0, account.id);
      people.changed();
      return ok({ open: command.open || account.token_hash === null });
    },
  };
}
