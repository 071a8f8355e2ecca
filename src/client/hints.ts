// How a user can give a protocol what it lacks: the flags and the variables of this program.

import type { Missing } from '../protocol/dialect';

export const hints: Readonly<Record<Missing, string>> = {
  user: '--as NAME, or CHAT_USER',
  asker: '--as NAME',
  takeover: '--takeover ends that session',
  role: '--role',
  state: 'set XDG_STATE_HOME to a folder that can be written',
  registration: 'add --name "FULL NAME" --born DD/MM/YYYY to register',
};
