// What the server asks of its own database, and no user does.

import { ok } from '../../../protocol/model';
import type { Handlers } from '../handler';

export const maintenanceHandlers = (): Pick<Handlers, 'prove-commit'> => ({
  'prove-commit': (_command, context) => {
    context.isDurable = true;
    return ok(undefined);
  },
});
