// The other side of the operator's socket: one request, one answer.

import { connect } from 'node:net';

import { CliError, exit } from '../../cli/exit';
import { withSocketPath } from './address';
import type { AdminReply } from './requests';

/** Asks the server that works in a folder. Throws a CliError where none does, or it says nothing. */
export async function askAdmin(folder: string, request: object): Promise<AdminReply> {
  const line = await withSocketPath(folder, (path) =>
    exchange(path, JSON.stringify(request)),
  ).catch((error: unknown) => {
    throw explained(error, folder);
  });
  return JSON.parse(line) as AdminReply;
}

const exchange = (path: string, request: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(path);
    let text = '';
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`${request}\n`));
    socket.on('data', (piece: string) => {
      text += piece;
      const end = text.indexOf('\n');
      if (end < 0) return;
      socket.destroy();
      resolve(text.slice(0, end));
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the server has closed the socket')));
  });

function explained(error: unknown, folder: string): unknown {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') {
    const hint = 'start chat serve, or name its folder with --data';
    return new CliError(exit.unavailable, `no server works in ${folder}`, hint);
  }
  if (code === 'EACCES' || code === 'EPERM') {
    const hint = 'run this as the user whom the server runs as';
    return new CliError(exit.notAllowed, `${folder} belongs to another user`, hint);
  }
  return new CliError(exit.unavailable, message ?? String(error));
}
