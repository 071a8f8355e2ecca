// What the operator's socket takes, one line of JSON a request, and what each line is answered.

import type { Command, OperationName, Outcome } from '../../protocol/commands';
import { limits } from '../../protocol/limits';
import { type Listing, listings } from '../../protocol/moderation';
import { actOf } from '../../protocol/moderation_schema';

export interface AdminHub {
  submit<K extends OperationName>(command: Command<K>, done: (outcome: Outcome<K>) => void): void;
}

/** An answer: `{"ok":true,"value":...}` or `{"ok":false,"why":"..."}`. */
export type AdminReply =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string };

type Fields = Readonly<Record<string, unknown>>;

const isListing = (word: unknown): word is Listing => listings.some((listing) => listing === word);

/** The command of a line: an act, or a list; undefined where it is none. */
function commandOf(line: string): Command<'moderate' | 'moderation-list'> | undefined {
  const by = { operator: true } as const;
  let fields: Fields | null;
  try {
    fields = JSON.parse(line) as Fields | null;
  } catch {
    return undefined;
  }
  if (typeof fields !== 'object' || fields === null) return undefined;
  const { act: given, list: of, after, since } = fields;
  if (given !== undefined) {
    const act = actOf(given);
    return act && { do: 'moderate', by, act };
  }
  if (!isListing(of)) return undefined;
  return {
    do: 'moderation-list',
    by,
    of,
    most: limits.hub.listedRows,
    ...(typeof after === 'string' && { after }),
    ...(typeof since === 'number' && { since }),
  };
}

/** Does what a line asks for. `reply` is called once. */
export function serveAdminLine(
  hub: AdminHub,
  line: string,
  reply: (answer: AdminReply) => void,
): void {
  const command = commandOf(line);
  if (!command) reply({ ok: false, why: 'bad-request' });
  else hub.submit(command, reply);
}
