// TCP_USER_TIMEOUT (RFC 5482): how long what we sent may stay unacknowledged. Bun has no call for it, so the system's has.

import { dlopen } from 'bun:ffi';

/** Of Linux: the level IPPROTO_TCP, and the option. */
const level = 6;
const option = 18;
/** The names of the C library: glibc's, then musl's. */
const libraries = ['libc.so.6', `libc.musl-${process.arch === 'x64' ? 'x86_64' : 'aarch64'}.so.1`];

type SetOption = (
  fd: number,
  level: number,
  name: number,
  value: Uint32Array,
  size: number,
) => unknown;

let setOption: SetOption | undefined;

function load(): SetOption {
  for (const library of process.platform === 'linux' ? libraries : []) {
    try {
      return dlopen(library, {
        setsockopt: { args: ['i32', 'i32', 'i32', 'ptr', 'u32'], returns: 'i32' },
      }).symbols.setsockopt;
    } catch {
      // Another library may be there.
    }
  }
  return () => {};
}

/**
 * Has the system give up a connection on which something of ours was not acknowledged for `ms`. Where the system
 * cannot, only its own patience of several minutes does.
 */
export function setUserTimeout(fd: number, ms: number): void {
  if (fd < 0) return;
  setOption ??= load();
  setOption(fd, level, option, new Uint32Array([ms]), Uint32Array.BYTES_PER_ELEMENT);
}
