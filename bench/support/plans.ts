// The query plans of the statements that a command runs.

import type { Command } from '../../src/protocol/commands';
import type { Name } from '../../src/protocol/model';
import { CommandContext } from '../../src/server/hub/context';
import { openHub } from '../../src/server/hub/hub';
import { openStore } from '../../src/server/hub/store';

const account = (name: string): Command<'register'> => ({
  do: 'register',
  name: name as Name,
  fullName: 'Bench User',
  born: '01/02/2003',
  host: '127.0.0.1',
});

/** Steps that read a whole table or sort, among all that accepting and settling a message does. */
export function scansOfSend(): string[] {
  const db = openStore(':memory:');
  const ran = new Set<string>();
  const prepare = db.prepare.bind(db) as (sql: string) => object;
  // Notes the statements that run, not those that are only prepared.
  const noting = (sql: string): object =>
    new Proxy(prepare(sql), {
      get(statement, key) {
        const value: unknown = Reflect.get(statement, key);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]): unknown => {
          ran.add(sql);
          return Reflect.apply(value, statement, given);
        };
      },
    });
  Object.assign(db, { prepare: noting });
  const { apply } = openHub(db, { reservedRooms: [] });
  const context = new CommandContext(0, 1);
  apply(account('alice'), context);
  apply(account('bob'), context);
  ran.clear();
  const sent = apply(
    {
      do: 'direct',
      from: { account: 'alice' as Name },
      to: 'bob' as Name,
      text: 'hi',
      origin: 'mailbox',
    },
    context,
  );
  const told = context.events.find((event) => event.is === 'direct');
  if (!sent.ok || !told) throw new Error('a message was not accepted');
  const { to: recipient, message } = told;
  apply({ do: 'settle', recipient, serial: message.serial, status: 'delivered' }, context);
  const steps = [...ran].flatMap((sql) =>
    db
      .query<{ detail: string }, (null | number)[]>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...Array.from({ length: sql.split('?').length - 1 }, () => null))
      .map(({ detail }) => `${detail}: ${sql.replaceAll(/\s+/g, ' ')}`),
  );
  db.close();
  // A table of one row is read whole.
  return steps.filter((step) => /^(?:SCAN(?! history_state)|USE TEMP)/.test(step));
}
