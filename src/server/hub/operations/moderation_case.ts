// One act of a moderator: what it is about, and how a user is put out.

import type { Name, Removed, Result } from '../../../protocol/model';
import type { ModerationAct, ModerationRefusal } from '../../../protocol/moderation';
import type { CommandContext } from '../context';
import type { HubState } from '../handler';
import { keyOf } from '../names';
import type { SessionRow } from '../state/sessions';
import { closeCallback } from './callbacks';
import type { ActingModerator } from './moderators';
import { endSession } from './sessions';

/** What an act ended: sessions, members or files. */
export type Acted = Result<number, ModerationRefusal>;

export interface Case {
  readonly hub: HubState;
  readonly context: CommandContext;
  readonly actor: ActingModerator;
}

export type Act<D extends ModerationAct['do']> = Extract<ModerationAct, { readonly do: D }>;

export const isOneself = ({ actor }: Case, name: Name): boolean =>
  actor.name !== undefined && keyOf(actor.name) === keyOf(name);

/** Puts the user of a session out. */
export function expel({ hub, context }: Case, session: SessionRow, removed: Removed): void {
  endSession(hub, context, session);
  context.emit({ is: 'expelled', session: session.id, removed });
}

/** Puts an account or a guest out, wherever they are. Gives how many sessions and call-backs that ended. */
export function expelNamed(of: Case, name: Name, removed: Removed): number {
  const { hub, context } = of;
  const account = hub.accounts.find(name);
  const guest = account ? undefined : hub.sessions.guest(name);
  const sessions = account
    ? hub.sessions.ofAccount(account.id).flatMap(({ session }) => hub.sessions.find(session) ?? [])
    : guest
      ? [guest]
      : [];
  for (const session of sessions) expel(of, session, removed);
  const callback = account && hub.callbacks.of(account.id);
  if (callback) closeCallback(hub, context, callback);
  return sessions.length + (callback ? 1 : 0);
}
