// The hints that the program gives its users: every flag in them exists.

import { expect, test } from 'bun:test';

import { connect } from '../../src/client/connect';
import { hints } from '../../src/client/hints';
import { send } from '../../src/client/send';

test.each(Object.entries(hints))('%s: %s', (_missing, hint) => {
  const flags = Array.from(hint.matchAll(/--([a-z]+)/g), ([, flag = '']) => flag);
  const known = new Set<string>([...Object.keys(connect.args), ...Object.keys(send.args)]);
  // Where a folder is, only the environment says.
  expect(flags.length > 0 || hint.includes('XDG_STATE_HOME')).toBe(true);
  for (const flag of flags) expect(known).toContain(flag);
});

test('the words of a hint stand inside a sentence', () => {
  expect(`As whom? ${hints.user}.`).toBe('As whom? --as NAME, or CHAT_USER.');
  expect(`alice is connected elsewhere: ${hints.takeover}.`).toBe(
    'alice is connected elsewhere: --takeover ends that session.',
  );
  expect(`alice is not registered: ${hints.registration}.`).toBe(
    'alice is not registered: add --name "FULL NAME" --born DD/MM/YYYY to register.',
  );
});
