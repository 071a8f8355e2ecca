// The store of a core that is to start.

import { forgetGuestsFiles } from './hub/state/attachments';
import { forgetGuestsGroups } from './hub/state/groups';
import { openStore, type Store } from './hub/store';

/** Nothing of guests outlives a server. Takes and throws as `openStore`. */
export function openCoreStore(path: string, say?: (line: string) => void): Store {
  const db = openStore(path, say);
  forgetGuestsFiles(db);
  forgetGuestsGroups(db);
  return db;
}
