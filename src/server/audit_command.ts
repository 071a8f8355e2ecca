// `chat audit`: prints the log of what moderators did, whether the server runs or not.

import { defineCommand } from '../cli/command';
import { exit } from '../cli/exit';
import { escapeForTerminal, terminalJson } from '../protocol/bytes/escape';
import { secondsOf } from './admin_command';
import { explainedDatabase, openDatabase, OutputLines } from './database_reader';
import { databaseIn, defaultFolder } from './folder';
import { type AuditEntry, auditSince } from './hub/state/audit_log';

export const audit = defineCommand({
  meta: { name: 'audit', description: 'Print what moderators did' },
  args: {
    since: {
      type: 'string',
      env: false,
      valueHint: 'TIME',
      description: 'from then on: 2026-11-26T09:00Z',
    },
    data: { type: 'string', valueHint: 'DIR', description: 'where the server keeps everything' },
    json: { type: 'boolean', description: 'print one object an entry' },
  },
  examples: ['chat audit', 'chat audit --since 2026-11-26 --json'],
  async run({ since, data, json }, io) {
    const from = since === undefined ? 0 : secondsOf(since) * 1000;
    const path = databaseIn(data ?? defaultFolder());
    const db = openDatabase(path);
    const lines = new OutputLines(io.out);
    try {
      for (const entry of auditSince(db, from)) {
        lines.add(json ? terminalJson(objectOf(entry)) : lineOf(entry));
      }
    } catch (error) {
      throw explainedDatabase(error, path);
    } finally {
      db.close();
    }
    lines.flush();
    return exit.ok;
  },
});

const timeOf = ({ at }: AuditEntry): string => new Date(at).toISOString();

/** Who did it: the operator of the machine has no name. */
const whoOf = ({ by_name: by }: AuditEntry): string => (by === '' ? 'operator' : `<${by}>`);

function objectOf(entry: AuditEntry): Record<string, unknown> {
  const { id, by_name: by, origin, act, target, detail } = entry;
  return {
    id,
    at: timeOf(entry),
    ...(by !== '' && { by }),
    origin,
    act,
    ...(target !== '' && { target }),
    detail: JSON.parse(detail) as unknown,
  };
}

function lineOf(entry: AuditEntry): string {
  const { id, origin, act, target, detail } = entry;
  const what = [act, target].filter((part) => part !== '').join(' ');
  return escapeForTerminal(
    `${id}  ${timeOf(entry)}  ${whoOf(entry)} (${origin})  ${what}  ${detail}`,
  );
}
