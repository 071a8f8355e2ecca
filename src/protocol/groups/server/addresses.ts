// Whom a message is for: a name, a user's port, or a group; and the list of users as it is sent.

import type { Host } from '../../dialect';
import type { User } from '../../model';
import { dialectName } from '../wire/codec';
import { type Message, reasons } from '../wire/messages';

/** The port that a user has here: that of his connection, 0 where he came by another door. */
export const portOf = (user: User): number =>
  user.dialect === dialectName ? user.address.port : 0;

/** The body of a list: `name server-ip port`, one a line. */
export const linesOfUsers = (users: readonly User[], ip: string): string =>
  users.map((user) => `${user.name} ${ip} ${portOf(user)}\n`).join('');

/** Who is meant, or why nobody can be. */
export type Addressed = { readonly names: readonly string[] } | { readonly why: string };

/**
 * Finds out whom `To` lines or, without any, `Destination-Port` name. The answer may need the hub: then `later`
 * is called in its turn.
 */
export function address(
  host: Host,
  { to, destinationPort: port }: Message,
  later: (found: Addressed) => void,
): Addressed | 'later' {
  if (to !== undefined) return { names: to };
  if (port === undefined || port === 0 || port === host.local.port) {
    return { why: reasons.noReceiver };
  }
  host.submit({ do: 'users', asker: { session: host.session } }, (outcome) => {
    if (!outcome.ok) return later({ why: reasons.tryLater });
    const [first, second] = outcome.value.users.filter((user) => portOf(user) === port);
    if (first === undefined) later({ why: reasons.unknownUser });
    else if (second !== undefined) later({ why: reasons.severalUsers });
    else later({ names: [first.name] });
  });
  return 'later';
}
