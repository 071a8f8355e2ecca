// Signals: what one session tells another of its own dialect, passed on without being understood.

import { ok, refused } from '../../../protocol/model';
import type { Define, Handlers, HubState } from '../handler';

const signal: Define<'signal'> =
  ({ sessions }) =>
  (command, context, session) => {
    const to = sessions.guest(command.to);
    const { name: from, dialect: origin } = session;
    if (!to || to.deaf === 1 || to.dialect !== origin) return refused('unknown-user');
    const { numbers } = command;
    context.notify(
      { session: to.id },
      { is: 'signal', signal: command.signal, from, numbers, origin, at: context.seconds },
    );
    return ok(undefined);
  };

export const signalHandlers = (hub: HubState): Pick<Handlers, 'signal'> => ({
  signal: signal(hub),
});
