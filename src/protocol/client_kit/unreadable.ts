// Why a file of the user cannot be sent, in words.

import type { Unreadable } from '../client';

const reasons: Readonly<Record<Unreadable, string>> = {
  missing: 'there is no such file',
  folder: 'it is a folder',
  forbidden: 'you may not read it',
  'no-file': 'it is no file with a size',
  unreadable: 'its disk does not give it',
};

export const cannotBeRead = (path: string, why: Unreadable): string =>
  `${path} cannot be read: ${reasons[why]}.`;
