// A command on its way through the journal, and what became of it.

import { type Command, operations } from '../../protocol/commands';
import type { Result } from '../../protocol/model';
import type { HubEvent } from '../hub/events';
import type { Lane } from './lanes';

/** A command that was submitted and is not applied yet. */
export interface Entry {
  readonly command: Command;
  readonly done: (outcome: never) => void;
  readonly idempotencyKey: string | undefined;
  /** Whose it is; undefined for the server's own. */
  readonly lane: Lane<Entry> | undefined;
}

/** A command that has been applied, or refused, for good. */
export interface AppliedCommand {
  readonly entry: Entry;
  readonly position: number;
  readonly outcome: Result<unknown, string>;
  readonly events: readonly HubEvent[];
}

/** Whether a command neither reads nor writes what lasts, so that its outcome stands whatever the disk does. */
export const isApart = ({ command, idempotencyKey }: Entry): boolean =>
  idempotencyKey === undefined && operations[command.do].effect === 'memory';
