// Accounts: registering a name for good, and giving it back.

import { type FileHash, ok, refused, type SessionId } from '../../../protocol/model';
import type { Handlers } from '../context';
import { accountRecipient, keyOf } from '../names';
import type { Groups } from '../state/groups';
import type { Membership } from '../state/membership';
import { mayBeNamed, type People } from '../state/people';
import type { PresenceCache } from '../state/presence';
import type { Store } from '../store';

export function accounts(
  db: Store,
  people: People,
  presence: PresenceCache,
  membership: Membership,
  closed: Groups,
): Pick<Handlers, 'register' | 'unregister' | 'token-required'> {
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
  const requireToken = db.prepare<never, [number, number]>(
    'UPDATE account SET doors_open = ? WHERE id = ?',
  );
  // Its address and what waits for it go with it (ON DELETE CASCADE).
  const erase = db.prepare<never, [number]>('DELETE FROM account WHERE id = ?');

  return {
    register(command, context) {
      if (people.taken(command.name)) return refused('name-taken');
      context.isDurable = true;
      insert.run(
        keyOf(command.name),
        command.name,
        command.fullName,
        command.born,
        command.host,
        context.seconds,
        command.tokenHash ?? null,
      );
      people.changed();
      return ok(undefined);
    },

    unregister(command, context) {
      const account = people.account(command.account);
      if (!account) return refused('unknown-user');
      const at = address.get(account.id);
      if (command.session === undefined) {
        if (!mayBeNamed(account)) return refused('not-allowed');
        if (at && at.host !== command.host) return refused('elsewhere');
      } else if (people.session(command.session)?.account !== account.id) {
        return refused('not-allowed');
      }
      context.isDurable = true;
      const recipient = accountRecipient(account.id);
      if (at) context.emit({ is: 'address-gone', recipient, opened: at.opened });
      const sessions = evict.all(account.id);
      const here = sessions.map(({ id, dialect }) => ({
        session: id,
        name: account.name,
        dialect,
      }));
      const who = here[0] ?? { session: '' as SessionId, name: account.name, dialect: '' };
      closed.forget(context, who, recipient, here);
      for (const { id: session, dialect } of sessions) {
        membership.leaveAll(context, { session, name: account.name, dialect });
        context.emit({ is: 'departed', session, recipient });
      }
      for (const { hash } of files.all(recipient)) context.emit({ is: 'file-released', hash });
      context.emit({ is: 'forgotten', recipient });
      erase.run(account.id);
      people.changed();
      presence.changed();
      if (at || sessions.length > 0) people.announce(context, account.name, false);
      return ok(undefined);
    },

    'token-required'(command, context) {
      const session = people.session(command.session);
      if (!session) return refused('not-entered');
      const account = session.account === null ? undefined : people.account(session.name);
      if (!account) return refused('no-account');
      if (command.required === undefined) return ok({ required: !mayBeNamed(account) });
      context.isDurable = true;
      requireToken.run(command.required ? 0 : 1, account.id);
      people.changed();
      return ok({ required: command.required && account.token_hash !== null });
    },
  };
}
