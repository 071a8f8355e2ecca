// Signals: what one session tells another of its own dialect, passed on without being understood.

import { ok, refused } from '../../../protocol/model';
import type { People } from '../state/people';
import type { Handlers } from '../turn';

export function signals(people: People): Pick<Handlers, 'signal'> {
  return {
    signal(command, turn) {
      const session = people.session(command.session);
      if (!session) return refused('not-entered');
      const to = people.guest(command.to);
      if (!to || to.deaf === 1 || to.dialect !== session.dialect) return refused('unknown-user');
      const { signal, numbers } = command;
      turn.notify(
        { session: to.id },
        {
          is: 'signal',
          signal,
          from: session.name,
          numbers,
          origin: session.dialect,
          at: turn.seconds,
        },
      );
      return ok(undefined);
    },
  };
}
