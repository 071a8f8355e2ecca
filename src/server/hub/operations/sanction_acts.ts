// Bans and mutes of the whole server: made, and undone.

import { networkIn } from '../../../protocol/bytes/network';
import { limits } from '../../../protocol/limits';
import { type Name, ok, type RecipientId, refused, type Removed } from '../../../protocol/model';
import type { HubState } from '../handler';
import { accountRecipient, guestRecipient } from '../names';
import { closeCallback } from './callbacks';
import { type Act, type Acted, type Case, expelNamed, isOneself } from './moderation_case';
import { isOutOfReach, lineWithin } from './moderators';

export function ban(of: Case, { whom, reason: given, until }: Act<'ban'>): Acted {
  const { hub, context, actor } = of;
  const reason = lineWithin(given, limits.hub.reasonBytes);
  if (reason === undefined) return refused('too-long');
  const { seconds: at } = context;
  if (!hub.sanctions.hasRoom('ban', at)) return refused('too-many');
  const made = {
    kind: 'ban',
    reason,
    by_name: actor.name ?? '',
    at,
    until: until ?? null,
  } as const;
  const ends = until === undefined ? {} : { until };
  const removed: Removed = { why: 'banned', reason, ...ends };
  if ('network' in whom) return banNetwork(of, whom.network, made, removed);
  const { name } = whom;
  if (isOneself(of, name)) return refused('oneself');
  if (isOutOfReach(actor, hub.accounts.find(name))) return refused('not-allowed');
  hub.sanctions.addName(name, made);
  return ok(expelNamed(of, name, removed));
}

/** The connections from there end at the machines that hold them, those without a user too. */
function banNetwork(
  { hub, context, actor }: Case,
  text: string,
  made: Parameters<HubState['sanctions']['addNetwork']>[1],
  removed: Removed,
): Acted {
  const network = networkIn(text);
  if (!network) return refused('bad-network');
  hub.sanctions.addNetwork(network, made);
  const { seconds } = context;
  const isOut = (host: string): boolean =>
    hub.sanctions.banOfHost(host, seconds)?.key === network.text;
  if (actor.host !== undefined && isOut(actor.host)) return refused('oneself');
  const sessions = hub.sessions.hosts().filter(({ host }) => isOut(host));
  for (const { account } of sessions) {
    const row = account === null ? undefined : hub.accounts.byId(account);
    if (isOutOfReach(actor, row)) return refused('not-allowed');
  }
  const callbacks = hub.callbacks.all().filter(({ host }) => isOut(host));
  for (const callback of callbacks) closeCallback(hub, context, callback);
  context.emit({ is: 'network-banned', network: network.text, removed });
  return ok(sessions.length + callbacks.length);
}

export function unban({ hub }: Case, { whom }: Act<'unban'>): Acted {
  if ('name' in whom) {
    return hub.sanctions.removeName('ban', whom.name) ? ok(0) : refused('not-banned');
  }
  const network = networkIn(whom.network);
  if (!network) return refused('bad-network');
  return hub.sanctions.removeNetwork(network) ? ok(0) : refused('not-banned');
}

export function mute(of: Case, { name, reason: given, until }: Act<'mute'>): Acted {
  const { hub, context, actor } = of;
  const reason = lineWithin(given, limits.hub.reasonBytes);
  if (reason === undefined) return refused('too-long');
  if (isOneself(of, name)) return refused('oneself');
  if (isOutOfReach(actor, hub.accounts.find(name))) return refused('not-allowed');
  const { seconds: at } = context;
  if (!hub.sanctions.hasRoom('mute', at)) return refused('too-many');
  hub.sanctions.addName(name, {
    kind: 'mute',
    reason,
    by_name: actor.name ?? '',
    at,
    until: until ?? null,
  });
  const ends = until === undefined ? {} : { until };
  tellNamed(of, name, (to) => context.notify(to, { is: 'muted', muted: true, reason, ...ends }));
  return ok(0);
}

export function unmute(of: Case, { name }: Act<'unmute'>): Acted {
  const { hub, context } = of;
  if (!hub.sanctions.removeName('mute', name)) return refused('not-muted');
  tellNamed(of, name, (to) => context.notify(to, { is: 'muted', muted: false, reason: '' }));
  return ok(0);
}

function tellNamed(
  { hub }: Case,
  name: Name,
  tell: (to: { readonly recipient: RecipientId }) => void,
): void {
  const account = hub.accounts.find(name);
  const guest = account ? undefined : hub.sessions.guest(name);
  if (account) tell({ recipient: accountRecipient(account.id) });
  else if (guest) tell({ recipient: guestRecipient(guest.id) });
}
