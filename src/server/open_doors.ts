// Opens the doors of a server, with the certificate that some of them show.

import { localHost } from '../net/address';
import type { Clock } from '../net/clock';
import type { SocketDeps } from '../net/socket';
import type { TlsSide } from '../net/tls_socket';
import type { Dialect, ServerFlagValues } from '../protocol/dialect';
import { dialects } from '../protocol/index';
import { limits } from '../protocol/limits';
import type { Console } from './console';
import type { Core } from './core';
import { descriptorLimit } from './descriptors';
import { Admission } from './net/admission';
import type { Tls } from './net/arrival';
import { Certificate, type CertificateFiles } from './net/certificate';
import { type Door, TcpDoor } from './net/door';
import { Handshakes } from './net/handshakes';
import { Proxies } from './net/proxies';
import { WrongDoor } from './net/wrong_door';
import { WebDoor } from './web/door';

export interface DoorRequest {
  readonly dialect: Dialect;
  /** 0 takes a free one. */
  readonly port: number;
  /** Whether it is to speak TLS: then the settings name a certificate. */
  readonly isSecure?: boolean;
}

export interface DoorSettings {
  readonly host: string;
  readonly doors: readonly DoorRequest[];
  readonly flags: ServerFlagValues;
  readonly console: Console;
  readonly certificate?: CertificateFiles;
  /** Addresses and networks of proxies, which say whose connections they carry. */
  readonly proxies?: readonly string[];
  /** File descriptors that the process may have open. As the system says by default. */
  readonly descriptors?: number;
}

/** A door's port cannot be had. */
export class PortUnavailable extends Error {
  override readonly name = 'PortUnavailable';

  constructor(host: string, port: number, cause: unknown) {
    const { code, message } = cause as { code?: string; message?: string };
    super(portFaults[code ?? '']?.(host, port) ?? `port ${port} cannot be opened: ${message}`, {
      cause,
    });
  }
}

const portFaults: Readonly<Record<string, (host: string, port: number) => string>> = {
  EADDRINUSE: (_, port) => `port ${port} is in use`,
  EACCES: (_, port) => `port ${port} cannot be opened without more rights`,
  EADDRNOTAVAIL: (host) => `${host} is no address of this machine`,
};

/** The certificate while the server runs. */
interface OpenCertificate {
  readonly inForce: () => TlsSide;
  /** Reads it again, and tells the operator. */
  reload(): void;
  /** Looks at its files no more. */
  close(): void;
}

/** Reads the certificate, and looks from time to time whether there is another one. Throws BadCertificate. */
export function openCertificate(
  { certificate: files, console }: DoorSettings,
  clock: Clock,
): OpenCertificate | undefined {
  if (!files) return undefined;
  const certificate = new Certificate(files, () => clock.now());
  if (certificate.warning !== undefined) console.warn(`TLS: ${certificate.warning}`);
  let cancel = (): void => {};
  const lookLater = (): void => {
    cancel = clock.after(limits.server.certificateLookMs, () => {
      const line = certificate.look();
      if (line !== undefined) console.warn(line);
      lookLater();
    });
  };
  lookLater();
  return {
    inForce: () => certificate.side,
    reload: () => console.warn(certificate.reload()),
    close: () => cancel(),
  };
}

/** Opens every door that is asked for, into `doors`. Throws PortUnavailable, and RangeError for what is no address of a proxy. */
export function openDoors(
  settings: DoorSettings,
  { sockets, doors }: { readonly sockets: SocketDeps; readonly doors: Door[] },
  core: Core,
  certificate: (() => TlsSide) | undefined,
): void {
  const admission = new Admission(settings.descriptors ?? descriptorLimit(), (host) =>
    core.isBanned({ host }),
  );
  const proxies = settings.proxies && new Proxies(settings.proxies);
  const tls: Tls | undefined = certificate && {
    handshakes: new Handshakes({
      monotonicNow: () => sockets.clock.monotonicNow(),
      soon: (step) => void setImmediate(step),
    }),
    side: certificate,
  };
  for (const { dialect, port, isSecure = false } of settings.doors) {
    const Opened = dialect.transport === 'websocket' ? WebDoor : TcpDoor;
    try {
      const door = new Opened({
        dialect,
        settings: settings.flags,
        host: settings.host,
        port,
        deps: core.hostDeps(dialect.name, { host: localHost(settings.host), port }),
        sockets,
        admission,
        wrongDoor: new WrongDoor({ dialect, isSecure }, dialects, doors),
        proxies,
        ...(isSecure && tls && { tls }),
      });
      doors.push(door);
    } catch (error) {
      throw new PortUnavailable(settings.host, port, error);
    }
  }
}
