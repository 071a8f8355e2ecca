// The server's certificate: read from its files at the start and again when they change, and never replaced by a wrong one.

import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

import { serverSide } from '../../net/tls_side';
import type { TlsSide } from '../../net/tls_socket';

/** Others than the owner and the group may read it. */
const readByOthers = 0o004;

export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** The files cannot be used. */
export class BadCertificate extends Error {
  override readonly name = 'BadCertificate';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** What is in the files now. */
interface Loaded {
  readonly side: TlsSide;
  /** Whom it is for, and how long, as a line says it. */
  readonly line: string;
  readonly warning: string | undefined;
  /** Which state of the files it was read from. */
  readonly version: string;
}

export class Certificate {
  readonly #files: CertificateFiles;
  readonly #now: () => number;
  #loaded: Loaded;
  /** The state of the files that cannot be used, where that was told. */
  #refused: string | undefined;
  /** The state in which they were seen last, if it was not read. */
  #seen: string | undefined;

  /** Throws BadCertificate. `now`: ms since 1970. */
  constructor(files: CertificateFiles, now: () => number) {
    this.#files = files;
    this.#now = now;
    this.#loaded = load(files, now());
  }

  /** For connections that begin now. */
  get side(): TlsSide {
    return this.#loaded.side;
  }

  /** What the operator should know of the one in force. */
  get warning(): string | undefined {
    return this.#loaded.warning;
  }

  /** Reads the files again. The result: what the operator is told. */
  reload(): string {
    try {
      this.#loaded = load(this.#files, this.#now());
      this.#refused = undefined;
      const { line, warning } = this.#loaded;
      return `TLS: read again: ${line}${warning === undefined ? '' : `; ${warning}`}`;
    } catch (error) {
      if (!(error instanceof BadCertificate)) throw error;
      this.#refused = versionOf(this.#files);
      return `TLS: the former certificate stays in force: ${error.message}`;
    }
  }

  /**
   * Reads the files again where they have changed and then stayed as they are between two looks: a program that renews a
   * certificate writes two files. The result: what the operator is told, if anything.
   */
  look(): string | undefined {
    const version = versionOf(this.#files);
    if (version === this.#loaded.version || version === this.#refused) return undefined;
    const isQuiet = version === this.#seen;
    this.#seen = version;
    return isQuiet ? this.reload() : undefined;
  }
}

/** Tells two states of the files apart, also where one is replaced by another, or a link is set anew. */
function versionOf({ cert, key }: CertificateFiles): string {
  const parts = [cert, key].map((path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    return found ? `${found.dev}:${found.ino}:${found.size}:${found.mtimeMs}` : 'none';
  });
  return parts.join(' ');
}

function load(files: CertificateFiles, now: number): Loaded {
  const version = versionOf(files);
  const cert = read(files.cert);
  const key = read(files.key);
  if ((statSync(files.key).mode & readByOthers) !== 0) {
    const hint = `chmod o-r ${files.key}`;
    throw new BadCertificate(`${files.key} can be read by every user of this machine`, hint);
  }
  const shown = parsed(cert, files.cert);
  let side: TlsSide;
  try {
    side = serverSide(cert, key);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const what = /mismatch/i.test(why)
      ? `${files.key} is not the key of ${files.cert}`
      : `${files.key} holds no key that can be used (${why})`;
    throw new BadCertificate(what);
  }
  const until = new Date(shown.validTo);
  const names = shown.subjectAltName?.replaceAll(/(DNS|IP Address):/g, '') ?? 'nobody';
  return {
    side,
    version,
    line: `for ${names}, until ${until.toISOString().slice(0, '2000-01-01'.length)}`,
    warning: warningOf(shown, until, now),
  };
}

function warningOf(shown: X509Certificate, until: Date, now: number): string | undefined {
  if (until.getTime() < now) return `the certificate has expired on ${until.toISOString()}`;
  const from = new Date(shown.validFrom);
  if (from.getTime() > now) return `the certificate is not valid before ${from.toISOString()}`;
  if (shown.subjectAltName === undefined) return 'the certificate names no host (subjectAltName)';
  return undefined;
}

function parsed(cert: string, path: string): X509Certificate {
  try {
    return new X509Certificate(cert);
  } catch {
    throw new BadCertificate(`${path} holds no certificate in PEM`);
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new BadCertificate(`${path} cannot be read: ${(error as Error).message}`);
  }
}
