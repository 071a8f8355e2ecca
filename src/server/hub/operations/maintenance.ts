// What the server asks of its own database, and no user does.

import { ok } from '../../../protocol/model';
import type { Define, Handlers, HubState } from '../handler';

const proveCommit: Define<'prove-commit'> = () => (_command, context) => {
  context.isDurable = true;
  return ok(undefined);
};

const outcomesExpire: Define<'outcomes-expire'> = ({ db }) => {
  const remove = db.prepare<never, [number, number]>(
    `DELETE FROM account_outcome WHERE (account, idempotency_key) IN
       (SELECT account, idempotency_key FROM account_outcome WHERE at < +? ORDER BY at LIMIT +?)`,
  );
  return ({ before, most }, context) => {
    const { changes } = remove.run(before, most);
    if (changes > 0) context.isDurable = true;
    return ok({ more: changes === most });
  };
};

const reclaim: Define<'reclaim'> = ({ db }) => {
  const free = (schema: string) =>
    db.prepare<{ freelist_count: number }, []>(`PRAGMA ${schema}.freelist_count`);
  const schemas = {
    disk: { name: 'main', free: free('main') },
    memory: { name: 'live', free: free('live') },
  } as const;
  return ({ of, most, keep }, context) => {
    const { name, free } = schemas[of];
    const surplus = (free.get()?.freelist_count ?? 0) - keep;
    if (surplus <= 0) return ok({ more: false });
    // Each step of it frees one page, so it is run to its end.
    db.query(`PRAGMA ${name}.incremental_vacuum(${Math.min(most, surplus)})`).all();
    if (of === 'disk') context.isDurable = true;
    return ok({ more: surplus > most });
  };
};

export const maintenanceHandlers = (
  hub: HubState,
): Pick<Handlers, 'prove-commit' | 'outcomes-expire' | 'reclaim'> => ({
  'prove-commit': proveCommit(hub),
  'outcomes-expire': outcomesExpire(hub),
  reclaim: reclaim(hub),
});
