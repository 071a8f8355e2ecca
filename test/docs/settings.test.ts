// The page of settings names every variable that a command reads, and no other.
import { expect, test } from 'bun:test';

import { type AnyCommand, optionsOf } from '../../src/cli/command';
import { connect } from '../../src/client/connect';
import { history, search } from '../../src/client/history';
import { key, password } from '../../src/client/key';
import { receive } from '../../src/client/receive';
import { register, unregister } from '../../src/client/register';
import { send } from '../../src/client/send';
import { users } from '../../src/client/users';
import { admin, invite } from '../../src/server/admin_command';
import { audit } from '../../src/server/audit_command';
import { ledger } from '../../src/server/ledger';
import { serve } from '../../src/server/serve';

const commands: readonly AnyCommand[] = [
  connect,
  history,
  search,
  receive,
  register,
  unregister,
  send,
  users,
  serve,
  ledger,
  audit,
  admin,
  invite,
  key,
  password,
];

/** Variables that stand for no flag: who speaks in a session, and what proves it. */
const others = ['CHAT_USER', 'CHAT_KEY', 'CHAT_INVITE'];

test('docs/settings.md has every variable', async () => {
  const page = await Bun.file('docs/settings.md').text();
  const named = new Set(Array.from(page.matchAll(/`(CHAT_[A-Z_]+)`/g), ([, name = '']) => name));
  named.delete('CHAT_');
  const read = commands.flatMap((command) =>
    Object.entries(optionsOf(command)).flatMap(([name, { env }]) =>
      env === false ? [] : [env ?? `CHAT_${name.replaceAll('-', '_').toUpperCase()}`],
    ),
  );
  expect([...named].toSorted()).toEqual([...new Set([...read, ...others])].toSorted());
});
