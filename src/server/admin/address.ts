// Where the operator's socket is: in the data folder, under a path that the system takes however deep the folder lies.

import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

const fileName = 'admin.sock';

/** The socket in a data folder. */
export const adminSocketIn = (folder: string): string => join(folder, fileName);

/** The bytes that the path of a socket may have, less the one that ends it. */
const pathBytes = 107;

/** Runs `use` with a path of the socket that is short enough: through the folder's own descriptor where it must be. */
export async function withSocketPath<T>(
  folder: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const path = adminSocketIn(folder);
  if (Buffer.byteLength(path) <= pathBytes) return use(path);
  const descriptor = openSync(folder, 'r');
  try {
    return await use(`/proc/self/fd/${descriptor}/${fileName}`);
  } finally {
    closeSync(descriptor);
  }
}
