// Whom a message is for: `To` lines, or a user's port.

import type { Host } from '../../dialect';
import type { User } from '../../model';
import type { ListedUser } from '../wire/codec';
import { dialectName, type Message, type Reason } from '../wire/messages';

/** The port that a user has here: that of their connection, 0 where they came by another door. */
const portOf = (user: User): number => (user.dialect === dialectName ? user.address.port : 0);

/** Users as a list shows them; `ip` is the server's. */
export const listed = (users: readonly User[], ip: string): readonly ListedUser[] =>
  users.map((user) => ({ name: user.name, ip, port: portOf(user) }));

/** The names that a message is for, or why there are none. */
export type Recipients = { readonly names: readonly string[] } | { readonly reason: Reason };

/**
 * Finds out whom `To` lines or, without any, `Destination-Port` name. `found` is called at once, or for a port when
 * the hub has answered.
 */
export function recipientsOf(
  host: Host,
  { to, destinationPort: port }: Message,
  found: (recipients: Recipients) => void,
): void {
  if (to !== undefined) return found({ names: to });
  if (port === undefined || port === 0 || port === host.local.port) {
    return found({ reason: 'not-addressed' });
  }
  host.submit({ do: 'users', asker: { session: host.session } }, (outcome) => {
    if (!outcome.ok) return found({ reason: 'try-later' });
    const [first, second] = outcome.value.users.filter((user) => portOf(user) === port);
    if (first === undefined) found({ reason: 'unknown-user' });
    else if (second !== undefined) found({ reason: 'several-users' });
    else found({ names: [first.name] });
  });
}
