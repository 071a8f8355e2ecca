// Presence by connection: taking a name as a guest or as an account, and leaving.

import type { NameRequest } from '../../../protocol/commands';
import {
  type Address,
  type FileHash,
  type Name,
  numberedName,
  numberOf,
  ok,
  type RecipientId,
  refused,
  type Result,
  type SessionId,
} from '../../../protocol/model';
import type { CommandContext, Handlers } from '../context';
import { accountRecipient, guestRecipient, keyOf } from '../names';
import type { Groups } from '../state/groups';
import type { Membership } from '../state/membership';
import type { OpenOffers } from '../state/offers';
import { memberOf, type People } from '../state/people';
import type { PresenceCache } from '../state/presence';
import type { Store } from '../store';

interface Entry {
  readonly session: SessionId;
  readonly dialect: string;
  readonly machine: string;
  readonly address: Address;
  readonly deaf?: boolean;
  readonly hearsFor?: Name | { readonly below: number };
}

export function sessions(
  db: Store,
  people: People,
  presence: PresenceCache,
  membership: Membership,
  closed: Groups,
  offers: OpenOffers,
): Pick<Handlers, 'enter' | 'login' | 'leave' | 'watch'> {
  const insert = db.prepare<
    never,
    [
      string,
      string,
      string,
      number | null,
      string,
      string,
      string,
      number,
      number,
      string | null,
      number,
    ]
  >(
    `INSERT INTO live.session (id, key, name, account, dialect, machine, host, port, deaf, hears_for, at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const remove = db.prepare<never, [string]>('DELETE FROM live.session WHERE id = ?');
  const watching = db.prepare<never, [string]>('UPDATE live.session SET watches = 1 WHERE id = ?');
  const watch = (context: CommandContext, session: SessionId): void => {
    watching.run(session);
    context.emit({ is: 'watching', session });
  };
  const copies = db.prepare<{ copies: number }, [string]>(
    `SELECT count(*) AS copies FROM live.session
     WHERE account IS NULL AND key > ?1 || '~' AND key < ?1 || '~:'`,
  );
  const waiting = db.prepare<
    { sender: RecipientId; id: number; to_name: Name; reference: number | null },
    [string]
  >('DELETE FROM live.message WHERE recipient = ? RETURNING sender, id, to_name, reference');
  const files = db.prepare<{ hash: FileHash }, [string]>(
    'DELETE FROM file WHERE recipient = ? RETURNING hash',
  );

  const freeName = (
    wanted: NameRequest,
    rename: boolean,
  ): Result<Name, 'name-taken' | 'none-free'> => {
    if ('lowest' in wanted) {
      const [from, to] = wanted.lowest;
      for (let number = from; number <= to; number++) {
        if (!people.taken(numberedName(number))) return ok(numberedName(number));
      }
      return refused('none-free');
    }
    if (!people.taken(wanted.name)) return ok(wanted.name);
    if (!rename) return refused('name-taken');
    // Counted from how many copies there are, so that a thousand of one name do not try a thousand names each.
    for (let copy = 2 + (copies.get(keyOf(wanted.name))?.copies ?? 0); ; copy++) {
      const name = `${wanted.name}~${copy}` as Name;
      if (!people.taken(name)) return ok(name);
    }
  };

  /** The key of the name that a session also hears for. */
  const heardKey = (hearsFor: Entry['hearsFor'], own: Name): string | null => {
    if (hearsFor === undefined || typeof hearsFor === 'string')
      return hearsFor ? keyOf(hearsFor) : null;
    const number = (numberOf(own) ?? 0) - hearsFor.below;
    return number > 0 ? keyOf(numberedName(number)) : null;
  };

  const admit = (
    context: CommandContext,
    entry: Entry,
    name: Name,
    account: number | undefined,
  ): void => {
    const wasHere = account !== undefined && people.reachable(account);
    insert.run(
      entry.session,
      keyOf(name),
      name,
      account ?? null,
      entry.dialect,
      entry.machine,
      entry.address.host,
      entry.address.port,
      entry.deaf === true ? 1 : 0,
      heardKey(entry.hearsFor, name),
      context.at,
    );
    presence.changed();
    const recipient =
      account === undefined ? guestRecipient(entry.session) : accountRecipient(account);
    const deaf = entry.deaf ?? false;
    context.emit({ is: 'arrived', session: entry.session, recipient, name, deaf });
    if (!wasHere) people.announce(context, name, true);
  };

  return {
    enter(command, context) {
      if (people.session(command.session)) return refused('already-entered');
      const name = freeName(command.wanted, command.collision === 'rename');
      if (!name.ok) return name;
      admit(context, command, name.value, undefined);
      return ok({ name: name.value });
    },

    login(command, context) {
      if (people.session(command.session)) return refused('already-entered');
      const account = people.account(command.account);
      if (!account) return refused('unknown-user');
      if (account.token_hash === null || account.token_hash !== command.tokenHash) {
        return refused('not-allowed');
      }
      admit(context, command, account.name, account.id);
      const who = { session: command.session, name: account.name, dialect: command.dialect };
      closed.arrived(context, who, accountRecipient(account.id));
      if (command.watches === true) watch(context, command.session);
      return ok({ name: account.name });
    },

    leave(command, context) {
      const row = people.session(command.session);
      if (!row) return ok(undefined);
      const recipient = people.recipientOf(row);
      const who = memberOf(row);
      if (row.account === null) closed.forget(context, who, recipient, [who]);
      else closed.departed(context, who);
      membership.leaveAll(context, who);
      offers.departed(context, row);
      context.emit({ is: 'departed', session: row.id, recipient });
      remove.run(row.id);
      presence.changed();
      if (row.account === null) {
        // A guest is gone for good, and what waited for him with him.
        for (const message of waiting.all(row.id)) {
          const { id, to_name: by, reference } = message;
          context.notify(
            { recipient: message.sender },
            {
              is: 'receipt',
              id,
              by,
              status: 'failed',
              why: 'gone',
              ...(reference !== null && { reference }),
            },
          );
        }
        for (const { hash } of files.all(recipient)) {
          context.isDurable = true;
          context.emit({ is: 'file-released', hash });
        }
        context.emit({ is: 'forgotten', recipient });
      }
      if (row.account === null || !people.reachable(row.account)) {
        people.announce(context, row.name, false);
      }
      return ok(undefined);
    },

    watch(command, context) {
      if (!people.session(command.session)) return refused('not-entered');
      watch(context, command.session);
      return ok(undefined);
    },
  };
}
