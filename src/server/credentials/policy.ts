// Who may come in at all: what the operator allows, checked before the hub is asked. It is one rule for every door.

import type { Command } from '../../protocol/commands';
import { ok, refused, type Result } from '../../protocol/model';

/** What an operator allows. Everything by default. */
export interface PolicySettings {
  /** Who may register: everybody, who has an invite code, or nobody. */
  readonly registration?: Registration;
  /** Whether nobody may come in without an account. */
  readonly refusesGuests?: boolean;
  /** Whether no account may act that shows no credential, not even one that has none. */
  readonly requiresCredentials?: boolean;
}

export type Registration = 'open' | 'invite' | 'closed';

type Refusal = 'not-allowed' | 'bad-invite';

export class Policy {
  readonly #settings: Required<PolicySettings>;

  constructor({
    registration = 'open',
    refusesGuests = false,
    requiresCredentials = false,
  }: PolicySettings = {}) {
    this.#settings = { registration, refusesGuests, requiresCredentials };
  }

  /** The command as the hub may get it from a peer, or why it may not. */
  admit(command: Command): Result<Command, Refusal> {
    switch (command.do) {
      case 'register':
        return this.#register(command);
      case 'enter':
        return this.#settings.refusesGuests ? refused('not-allowed') : ok(command);
      default:
        return this.#settings.requiresCredentials && isUnproved(command)
          ? refused('not-allowed')
          : ok(command);
    }
  }

  #register(command: Command<'register'>): Result<Command, Refusal> {
    const { registration, requiresCredentials } = this.#settings;
    if (registration === 'closed') return refused('not-allowed');
    if (requiresCredentials && !command.key) return refused('not-allowed');
    const { invite, ...open } = command;
    if (registration === 'open') return ok(open);
    return invite === undefined ? refused('bad-invite') : ok(command);
  }

  /** What strangers may do here, for who opens a door to them. Undefined: nothing. */
  get exposure(): string | undefined {
    const { registration, refusesGuests, requiresCredentials } = this.#settings;
    const may: string[] = [];
    const flags: string[] = [];
    if (registration === 'open') {
      may.push('register');
      flags.push('--registration invite');
    }
    if (!refusesGuests) {
      may.push('come in as a guest');
      flags.push('--no-guests');
    }
    if (!requiresCredentials) {
      may.push('act as any account that has no key');
      flags.push('--require-credentials');
    }
    if (may.length === 0) return undefined;
    return `open beyond this machine: anybody may ${listed(may)}; if not: ${flags.join(', ')}, or --host 127.0.0.1`;
  }
}

/** Whether a command acts for an account by its name alone, or for who is at an address. */
function isUnproved(command: Command): boolean {
  switch (command.do) {
    case 'unregister':
    case 'file-find':
      return command.session === undefined && command.credential === undefined;
    case 'callback-open':
    case 'callback-close':
    case 'callback-wants-files':
    case 'account-serves-files':
    case 'file-named':
      return command.credential === undefined;
    case 'direct':
    case 'may-send-file':
      return isBare(command.from);
    case 'credentials':
    case 'credential-add':
    case 'recovery-renew':
    case 'credential-revoke':
      return isBare(command.by);
    case 'users':
      return 'host' in command.asker || isBare(command.asker);
    default:
      return false;
  }
}

const isBare = (actor: object): boolean => 'account' in actor && !('credential' in actor);

const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
