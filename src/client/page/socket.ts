// The WebSocket under the caller: opened, watched and closed as the caller says.

import { Inbox } from '../../protocol/bytes/inbox';
import { WebClient, type WebClientHost } from '../../protocol/web/client/session';

type FromPage = Pick<WebClientHost, 'keep' | 'told' | 'changed'>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A caller that reaches the server which the page came from. */
export function openCaller(page: FromPage): WebClient {
  const address = new URL('/socket', location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  let socket: WebSocket | undefined;

  const caller = new WebClient({
    ...page,
    dial() {
      const opened = new WebSocket(address);
      socket = opened;
      const inbox = new Inbox();
      const isCurrent = (): boolean => socket === opened;
      opened.addEventListener('open', () => isCurrent() && caller.opened());
      opened.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (!isCurrent() || typeof data !== 'string') return;
        inbox.push(encoder.encode(data));
        caller.received(inbox);
      });
      // Also after an error, and where it never opened.
      opened.addEventListener('close', () => isCurrent() && lost());
    },
    write: (line) => socket?.send(decoder.decode(line)),
    // A dead network would take long to say that it closed: the caller is told at once.
    hangUp() {
      socket?.close();
      queueMicrotask(lost);
    },
    after(ms, then) {
      const timer = setTimeout(then, ms);
      return () => clearTimeout(timer);
    },
    chance: () => Math.random(),
  });
  const lost = (): void => {
    if (!socket) return;
    socket = undefined;
    caller.lost();
  };
  addEventListener('online', () => caller.retryNow());
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) caller.retryNow();
  });
  return caller;
}
