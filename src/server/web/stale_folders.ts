// The temporary folders of web doors: each has a local socket in it. One whose server was killed is removed by the next.

import { readdirSync, rmdirSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

/** How such a folder's name begins; the system makes the rest. */
export const folderStart = 'chat-web-';
/** The name of the local socket in it. */
export const socketName = 'http';

const folderName = new RegExp(`^${folderStart}\\w{6}$`);

/** Removes what servers of this user left in `parent` that were killed, and nothing that they did not make. */
export async function removeStaleFolders(parent: string): Promise<void> {
  for (const name of readdirSync(parent)) {
    if (!folderName.test(name)) continue;
    const folder = join(parent, name);
    try {
      if (!isOurs(folder) || (await isHeld(folder))) continue;
      unlinkSync(join(folder, socketName));
      rmdirSync(folder);
    } catch {
      // Another server removed it, or it holds more than we put there.
    }
  }
}

/** A folder of this user with a socket in it and nothing else. */
function isOurs(folder: string): boolean {
  const { uid } = statSync(folder);
  const [only, ...more] = readdirSync(folder);
  return (
    uid === process.getuid?.() &&
    only === socketName &&
    more.length === 0 &&
    statSync(join(folder, only)).isSocket()
  );
}

/** Whether a server listens there: it need not be of this machine's processes that we see. */
async function isHeld(folder: string): Promise<boolean> {
  try {
    const socket = await Bun.connect({ unix: join(folder, socketName), socket: { data() {} } });
    socket.end();
    return true;
  } catch (error) {
    return (error as { code?: string }).code !== 'ECONNREFUSED';
  }
}
