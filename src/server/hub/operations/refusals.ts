// What is refused before the hub looks at it, but in its turn.

import { refused } from '../../../protocol/model';
import type { Define, Handlers } from '../handler';

const refuseRate: Define<'refuse-rate'> = () => () => refused('rate-limited');

export const refusalHandlers = (
  hub: Parameters<typeof refuseRate>[0],
): Pick<Handlers, 'refuse-rate'> => ({ 'refuse-rate': refuseRate(hub) });
