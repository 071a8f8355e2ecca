// The WebSocket under the client session: opened, watched and closed as the session says.

import { Inbox } from '../../protocol/bytes/inbox';
import { takeEach } from '../../protocol/connection';
import { type WebClientHost, WebClientSession } from '../../protocol/web/client/session';

type PageEvents = Pick<WebClientHost, 'keep' | 'notified' | 'changed'>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A session with the server that the page came from. */
export function openSession(page: PageEvents): WebClientSession {
  const address = new URL('/socket', location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  let socket: WebSocket | undefined;

  const session = new WebClientSession({
    ...page,
    dial() {
      const opened = new WebSocket(address);
      socket = opened;
      const inbox = new Inbox();
      const isCurrent = (): boolean => socket === opened;
      opened.addEventListener('open', () => isCurrent() && session.opened());
      opened.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (!isCurrent() || typeof data !== 'string') return;
        inbox.push(encoder.encode(data));
        takeEach(session, inbox, { isClosed: false });
      });
      // Comes after an error too, and where the socket never opened.
      opened.addEventListener('close', () => isCurrent() && lost());
    },
    write: (line) => socket?.send(decoder.decode(line)),
    // A dead network would take long to say that the socket is closed: the session is told at once.
    abort() {
      socket?.close();
      queueMicrotask(lost);
    },
    after(ms, then) {
      const timer = setTimeout(then, ms);
      return () => clearTimeout(timer);
    },
    random: () => Math.random(),
  });
  const lost = (): void => {
    if (!socket) return;
    socket = undefined;
    session.lost();
  };
  addEventListener('online', () => session.retryNow());
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) session.retryNow();
  });
  return session;
}
