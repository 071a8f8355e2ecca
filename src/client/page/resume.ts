// After every login: what may have changed is requested, and what was left undone is done.

import { retryHeldUploads } from './attachments';
import { refreshModeration } from './moderation';
import { resendAll } from './outgoing';
import {
  forgetRoom,
  joinRoom,
  refreshBalance,
  refreshGroups,
  refreshRooms,
  refreshUndelivered,
  refreshUsers,
  session,
} from './server';
import { isTokenOptional, joined, storage } from './state';
import { stale, syncAll } from './sync';

export function resume(): void {
  refreshUsers();
  refreshRooms();
  refreshGroups();
  refreshBalance();
  refreshModeration();
  session.request({ do: 'doors', open: undefined }, (outcome) => {
    if (outcome.ok) isTokenOptional.value = outcome.value.open;
  });
  joined.value = new Set();
  for (const room of storage.local.rooms) rejoin(room);
  stale();
  syncAll();
  refreshUndelivered();
  resendAll();
  retryHeldUploads();
}

/** A server that was started anew has no rooms: the first of their members to come back creates them again. */
function rejoin(room: string): void {
  joinRoom(room, (why) => {
    if (why === 'banned') forgetRoom(room);
    if (why === 'unknown-room') session.request({ do: 'create', room }, () => joinRoom(room));
  });
}
