// After every coming back: what may have changed is asked for, and what was left undone is done.

import { type WebClientSession } from '../../protocol/web/client/session';
import { attemptHeld } from './attachments';
import { resendAll } from './outgoing';
import {
  ask,
  askWhatWaits,
  joinRoom,
  refreshFunds,
  refreshGroups,
  refreshRooms,
  refreshUsers,
  server,
} from './server';
import { doorsOpen, joined, own } from './state';

export function resume(session: WebClientSession): void {
  server.session = session;
  refreshUsers();
  refreshRooms();
  refreshGroups();
  refreshFunds();
  session.request({ do: 'doors', open: undefined }, (answer) => {
    if (answer.ok) doorsOpen.value = answer.value.open;
  });
  joined.value = new Set();
  for (const room of own.notes.rooms) rejoin(room);
  askWhatWaits();
  resendAll();
  attemptHeld();
}

/** A server that started anew has forgotten its rooms: whoever comes back first makes them again. */
function rejoin(room: string): void {
  joinRoom(room, (why) => {
    if (why === 'unknown-room') ask({ do: 'create', room }, () => joinRoom(room));
  });
}
