// The answer to a user who wants to send a file in a protocol that has none.

import type { SendResult } from '../client';

/** `instead`: what the user may do, with what stands before it. */
export const noFiles = (instead = ''): SendResult => ({
  ending: 'usage',
  line: `Files cannot be sent in this protocol${instead}.`,
});
