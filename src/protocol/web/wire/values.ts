// Values that stand in many messages.

import * as v from 'valibot';

export const integer = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const file = v.object({ name: v.string(), size: integer });
