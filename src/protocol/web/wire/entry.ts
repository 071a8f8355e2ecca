// An entry of the history as a page and a script see it: cleaned like what is told at once.

import { bareName, withoutControls } from '../../bytes/text';
import type { HistoryEntry } from '../../model';
import type { ReplyOf } from './messages';

export type Entry = ReplyOf<'history'>['entries'][number];

/** The dialect whose texts come as they are. */
const own = 'web';

/** What others call its origin is here the door. */
export function entryOf({ origin: door, file, reactions, ...entry }: HistoryEntry): Entry {
  const isOwn = door === own;
  return {
    ...entry,
    door,
    from: isOwn ? entry.from : bareName(entry.from),
    text: isOwn ? entry.text : withoutControls(entry.text),
    ...(file && { file: { ...file, name: withoutControls(file.name).replaceAll('\n', ' ') } }),
    ...(reactions && { reactions: reactions.map((one) => ({ ...one, by: [...one.by] })) }),
  };
}
