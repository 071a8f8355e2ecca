// Options of TCP sockets that Bun has no call for, set by the system's own: TCP_USER_TIMEOUT (RFC 5482), SO_LINGER,
// SO_RCVBUF, SIOCOUTQ.

import { dlopen } from 'bun:ffi';

/** Of Linux: levels, and options. */
const levels = { socket: 1, tcp: 6 } as const;
const options = { sendBuffer: 7, receiveBuffer: 8, linger: 13, acknowledged: 18 } as const;
/** The names of the C library: glibc's, then musl's. */
const libraries = ['libc.so.6', `libc.musl-${process.arch === 'x64' ? 'x86_64' : 'aarch64'}.so.1`];

/** SIOCOUTQ: bytes that were written and not acknowledged. */
const unacknowledgedRequest = 0x5411n;

interface System {
  setsockopt(fd: number, level: number, name: number, value: Uint32Array, size: number): unknown;
  ioctl(fd: number, request: bigint, value: Uint32Array): number;
}

let system: System | undefined;

function load(): System {
  for (const library of process.platform === 'linux' ? libraries : []) {
    try {
      return dlopen(library, {
        setsockopt: { args: ['i32', 'i32', 'i32', 'ptr', 'u32'], returns: 'i32' },
        ioctl: { args: ['i32', 'u64', 'ptr'], returns: 'i32' },
      }).symbols;
    } catch {
      // Another library may be there.
    }
  }
  return { setsockopt: () => {}, ioctl: () => -1 };
}

/**
 * Has the system give up a connection on which something of ours was not acknowledged for `ms`. Where the system
 * cannot, only its own patience of several minutes does.
 */
export function setUserTimeout(fd: number, ms: number): void {
  set(fd, levels.tcp, options.acknowledged, new Uint32Array([ms]));
}

/**
 * Has the system reset a connection when this process is killed, rather than end it cleanly as a program does that is
 * done: for a peer to whom the clean end means something.
 */
export function setResetAtDeath(fd: number, isOn: boolean): void {
  // `struct linger`: whether to, and for 0 s.
  set(fd, levels.socket, options.linger, new Uint32Array([isOn ? 1 : 0, 0]));
}

/** Handed to the system for each connection, and read before the call returns. */
const receiveBuffer = new Uint32Array(1);

/** Has the system keep at most so many bytes, or up to twice as many, for us until we read; the peer then waits. */
export function setReceiveBuffer(fd: number, bytes: number): void {
  receiveBuffer[0] = bytes;
  set(fd, levels.socket, options.receiveBuffer, receiveBuffer);
}

/** Has the system keep at most so many bytes, or twice as many, that the peer has not read. */
export function setSendBuffer(fd: number, bytes: number): void {
  set(fd, levels.socket, options.sendBuffer, new Uint32Array([bytes]));
}

function set(fd: number, level: number, option: number, value: Uint32Array): void {
  if (fd < 0) return;
  system ??= load();
  system.setsockopt(fd, level, option, value, value.byteLength);
}

/** Bytes that were written and that the peer's system has not acknowledged; 0 where our system cannot say. */
export function unacknowledged(fd: number): number {
  if (fd < 0) return 0;
  system ??= load();
  const value = new Uint32Array(1);
  return system.ioctl(fd, unacknowledgedRequest, value) < 0 ? 0 : (value[0] ?? 0);
}
