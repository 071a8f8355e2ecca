// Signals: what one session tells another of its own dialect, passed on without being understood.

import { ok, refused } from '../../../protocol/model';
import type { Handlers } from '../context';
import type { People } from '../state/people';

export function signals(people: People): Pick<Handlers, 'signal'> {
  return {
    signal(command, context) {
      const session = people.session(command.session);
      if (!session) return refused('not-entered');
      const to = people.guest(command.to);
      if (!to || to.deaf === 1 || to.dialect !== session.dialect) return refused('unknown-user');
      const { signal, numbers } = command;
      context.notify(
        { session: to.id },
        {
          is: 'signal',
          signal,
          from: session.name,
          numbers,
          origin: session.dialect,
          at: context.seconds,
        },
      );
      return ok(undefined);
    },
  };
}
