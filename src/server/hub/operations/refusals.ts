// What is refused before the hub looks at it, but in its turn.

import { refused } from '../../../protocol/model';
import type { Define, Handlers } from '../handler';

const refuse: Define<'refuse'> =
  () =>
  ({ why }) =>
    refused(why);

export const refusalHandlers = (hub: Parameters<typeof refuse>[0]): Pick<Handlers, 'refuse'> => ({
  refuse: refuse(hub),
});
