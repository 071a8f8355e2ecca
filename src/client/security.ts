// Whom a client believes to be its server: who an authority vouches for, or who shows the certificate that it showed before.

import type { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { CliError, exit } from '../cli/exit';
import type { Io } from '../cli/io';
import { ipVersion } from '../net/address';
import { selfMadeOrganization } from '../net/self_made';
import type { TlsSide } from '../net/tls_socket';
import { hostAndPort } from '../protocol/bytes/address';
import { escapeForTerminal } from '../protocol/bytes/escape';
import type { Address } from '../protocol/model';
import { knownServer, knownServersFile, rememberServer, vouched } from './known_servers';

export interface SecurityOptions {
  readonly server: Address;
  /** Whether to speak TLS. */
  readonly isSecure: boolean;
  /** The file of the only authorities to trust; the system's if undefined. */
  readonly ca: string | undefined;
  readonly env: Io['env'];
  /** How to reach the same server the other way, with TLS or without. */
  readonly otherWay: string;
  /** Tells the user. */
  tell(line: string): void;
}

/** The system's answers to a handshake that mean a peer which does not speak TLS. */
const noTls = /WRONG_VERSION_NUMBER|HTTP_REQUEST|UNKNOWN_PROTOCOL|UNEXPECTED_MESSAGE/i;

/** And those that mean a connection which was lost meanwhile. */
const hangUp = /disconnected|reset/i;

export class Security {
  readonly #options: SecurityOptions;
  readonly #at: string;
  /** What the file of authorities holds. */
  readonly #authorities: string | undefined;
  #tell: (line: string) => void;
  #side: Promise<TlsSide | undefined> | undefined;
  /** What was told last of a server that is not believed. */
  #fault: string | undefined;

  /** Throws a CliError where the file of authorities cannot be read. */
  constructor(options: SecurityOptions) {
    const { server, isSecure, ca } = options;
    this.#options = options;
    this.#at = hostAndPort(server);
    this.#tell = (line) => options.tell(line);
    this.#authorities = isSecure && ca !== undefined ? readAuthorities(ca) : undefined;
  }

  /** From now on the user is told in another way. */
  tellBy(tell: (line: string) => void): void {
    this.#tell = tell;
  }

  get isSecure(): boolean {
    return this.#options.isSecure;
  }

  /** Whether the user was told why the server is not spoken to. */
  get hasFault(): boolean {
    return this.#fault !== undefined;
  }

  /** Our side of the handshake; undefined, and the user is told, where it has none. */
  side(): Promise<TlsSide | undefined> {
    return (this.#side ??= this.#makeSide());
  }

  /**
   * Whether the server that shows this is believed. `isDone`: whether the system shook hands, or, where the server's name
   * is another one, would not have. `fault`: what it says of the certificate, or of the handshake.
   */
  believes(shown: X509Certificate | undefined, isDone: boolean, fault: Error | null): boolean {
    if (!shown) return this.#refuse(this.#noHandshake(fault));
    const wrong = this.#wrongTime(shown) ?? this.#wrongHost(shown);
    if (wrong !== undefined) return this.#refuse(wrong);
    if (!isDone) return this.#refuse(this.#noHandshake(fault));
    const { env, ca } = this.#options;
    const known = knownServer(this.#at, env);
    if (!fault) {
      // A certificate that was pinned has made way for a better one.
      if (ca === undefined) rememberServer(this.#at, vouched, env);
      return this.#accept();
    }
    if (ca !== undefined || !isSelfMade(shown)) return this.#refuse(this.#unknown(shown));
    const { fingerprint256 } = shown;
    if (known === fingerprint256) return this.#accept();
    if (known !== undefined) return this.#refuse(this.#changed(known, fingerprint256));
    const isKept = rememberServer(this.#at, fingerprint256, env);
    const until = isKept
      ? 'from now on'
      : `now only, since ${knownServersFile(env)} cannot be written`;
    this.#tell(
      `${this.#at} shows a certificate that chat cert made, for the first time: it is trusted ${until}.\n` +
        `  SHA-256 ${fingerprint256}; compare it with what chat cert printed there`,
    );
    return this.#accept();
  }

  /** The connection was lost while hands were shaken, or that took too long. */
  lost(): void {
    this.#refuse(this.#hungUp());
  }

  /** What a server answered where we did not speak TLS: whether it wants it. */
  looksAt(first: Uint8Array): boolean {
    const isAlert = first[0] === 0x15 && first[1] === 3 && (first[2] ?? 0) <= 4;
    if (this.isSecure || !isAlert) return false;
    this.#refuse(`${this.#at} speaks TLS: use ${this.#options.otherWay}`);
    return true;
  }

  /** A server that has no WebSocket for us. `answer`: what it says instead. */
  hasNoWebSocket(answer: string): void {
    const words = escapeForTerminal(answer.trim());
    this.#refuse(`${this.#at} has no chat for programs: it answers ${words}`);
  }

  // ---- inside

  async #makeSide(): Promise<TlsSide | undefined> {
    const { host } = this.#options.server;
    // Loaded only where TLS is spoken: a plain command starts without it.
    const { clientSide, systemAuthorities } = await import('../net/tls_side');
    try {
      const only = this.#authorities;
      return clientSide(only === undefined ? systemAuthorities() : [only], host);
    } catch (error) {
      this.#refuse(`--ca ${this.#options.ca}: ${(error as Error).message}`);
      return undefined;
    }
  }

  #accept(): true {
    this.#fault = undefined;
    return true;
  }

  #refuse(line: string): false {
    if (this.#fault !== line) this.#tell(line);
    this.#fault = line;
    return false;
  }

  #hungUp(): string {
    const { otherWay } = this.#options;
    return `${this.#at} ended the handshake: it may not speak TLS; without: ${otherWay}`;
  }

  #noHandshake(fault: Error | null): string {
    const why = fault?.message ?? '';
    if (hangUp.test(why)) return this.#hungUp();
    if (noTls.test(why)) return `${this.#at} does not speak TLS: use ${this.#options.otherWay}`;
    return `${this.#at} and this client found no way to speak TLS: ${escapeForTerminal(why)}`;
  }

  #wrongTime({ validFrom, validTo }: X509Certificate): string | undefined {
    const now = Date.now();
    const [from, until] = [new Date(validFrom), new Date(validTo)];
    if (until.getTime() < now) {
      const day = dayOf(until);
      return `the certificate of ${this.#at} expired on ${day}: its operator has to renew it (or is the clock here wrong?)`;
    }
    if (from.getTime() > now) {
      return `the certificate of ${this.#at} is not valid before ${dayOf(from)}: is the clock here right?`;
    }
    return undefined;
  }

  #wrongHost(shown: X509Certificate): string | undefined {
    const { host } = this.#options.server;
    const isFor = ipVersion(host) === 0 ? shown.checkHost(host) : shown.checkIP(host);
    if (isFor !== undefined) return undefined;
    const names = (shown.subjectAltName ?? 'nobody').replaceAll(/(DNS|IP Address):/g, '');
    return (
      `the certificate of ${this.#at} is for ${escapeForTerminal(names)}, and not for ${host}: ` +
      'connect to a name that it has, or have its operator get one that names this host'
    );
  }

  #unknown({ issuer }: X509Certificate): string {
    const by = escapeForTerminal(issuer.replaceAll('\n', ', '));
    const { ca } = this.#options;
    return ca === undefined
      ? `the certificate of ${this.#at} is signed by ${by}, which this system does not know: --ca FILE names an authority to trust`
      : `the certificate of ${this.#at} is signed by ${by}, which is not in ${ca}`;
  }

  #changed(known: string, now: string): string {
    const before = known === vouched ? 'one that an authority vouched for' : `SHA-256 ${known}`;
    const file = knownServersFile(this.#options.env);
    return [
      `THE CERTIFICATE OF ${this.#at} IS ANOTHER ONE than before, and nobody vouches for it.`,
      '  Somebody may have come between, and would read and change everything. Nothing was sent.',
      `  before: ${before}`,
      `  now:    SHA-256 ${now}`,
      `  If its operator says that it is theirs, remove "${this.#at}" from ${file}`,
    ].join('\n');
  }
}

const dayOf = (date: Date): string => date.toISOString().slice(0, '2000-01-01'.length);

/** Whether `chat cert` made it, as far as it says so itself. */
const isSelfMade = ({ subject, issuer }: X509Certificate): boolean =>
  subject === issuer && subject === `O=${selfMadeOrganization}`;

function readAuthorities(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new CliError(exit.badData, `--ca: ${(error as Error).message}`);
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new CliError(exit.badData, `--ca: ${path} holds no certificate in PEM`);
}
