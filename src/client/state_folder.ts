// Where the client keeps what it remembers between two runs.

import type { Io } from '../cli/io';

export const stateFolder = (env: Io['env']): string =>
  `${env['XDG_STATE_HOME'] || `${env['HOME'] ?? ''}/.local/state`}/chat`;
