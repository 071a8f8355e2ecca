// After every coming back: what may have changed is asked for, and what was left undone is done.

import { type WebCaller } from '../../protocol/web/caller';
import { attemptHeld } from './attachments';
import {
  ask,
  askWhatWaits,
  joinRoom,
  line,
  refreshFunds,
  refreshGroups,
  refreshRooms,
  refreshUsers,
} from './line';
import { resendAll } from './outgoing';
import { doorsOpen, joined, own } from './state';

export function resume(caller: WebCaller): void {
  line.caller = caller;
  refreshUsers();
  refreshRooms();
  refreshGroups();
  refreshFunds();
  caller.ask({ do: 'doors', open: undefined }, (answer) => {
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
