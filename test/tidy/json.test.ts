// JSON that a user may have on a terminal is made in one way: what a peer sent in it moves no cursor.

import { expect, test } from 'bun:test';

import { codeOf, readSources } from './source';

/** Files that make JSON for nobody's terminal: for disks, the wire, other programs. */
const elsewhere: ReadonlySet<string> = new Set([
  // The input of a command of the user's.
  'src/client/inbox.ts',
  'src/client/known_servers.ts',
  'src/client/known_names.ts',
  'src/client/last_sender.ts',
  'src/server/admin/client.ts',
  'src/server/admin/socket.ts',
  'src/server/announcement.ts',
  'src/server/hub/operations/moderators.ts',
  'src/server/journal/idempotency.ts',
  'src/server/web/openapi.ts',
  'src/server/web/responses.ts',
  // What the user has typed, in a message about it.
  'src/server/quota/flag.ts',
]);

test('what subcommands print as JSON is escaped', () => {
  const offenders = [...readSources('src/client'), ...readSources('src/server')]
    .filter(({ path }) => !path.startsWith('src/client/page/') && !elsewhere.has(path))
    .filter((file) => codeOf(file).includes('JSON.stringify('))
    .map(({ path }) => path);
  expect(offenders).toEqual([]);
});
