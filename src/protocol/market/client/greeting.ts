// A server of the market speaks first: one that says nothing probably speaks something else.

import { hostAndPort } from '../../bytes/address';
import { note } from '../../client_kit/note';
import type { ClientHost, Target } from '../../dialect';
import { limits } from '../../limits';

/** Tells the user when nothing has come in time. The result cancels that. */
export const awaitGreeting = (host: ClientHost, target: Target): (() => void) =>
  host.after(limits.market.greetingMs, () =>
    host.show(note(`${hostAndPort(target)} says nothing: perhaps it speaks another protocol.`)),
  );
