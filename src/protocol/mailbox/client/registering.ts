// REGISTER: at a server of ours the account gets a key at once; any other gets the source's bytes and no more.

import { note } from '../../client_kit/note';
import type { ClientHost, Registration } from '../../dialect';
import type { Request } from '../wire/messages';
import { dateOf } from '../wire/values';
import { probe } from './own_server';
import {
  type OperationResult,
  performSilently,
  refusal,
  refuse,
  showRequest,
  showResult,
} from './requests';
import { registrationFault } from './validation';

const msPerSecond = 1000;

type Done = (result: OperationResult) => void;

/** Registers a user if the fields can be right, and shows both lines. */
export function register(host: ClientHost, who: Registration, done: Done): void {
  // Servers of the source's own edition know a date in one form only.
  const born = dateOf(who.born, Math.floor(host.now() / msPerSecond)) ?? who.born;
  const request: Request<'REGISTER'> = { operation: 'REGISTER', ...who, born };
  const fault = registrationFault(who, host.now());
  if (fault !== undefined) return refuse(host, request, 'bad-data', fault, done);
  showRequest(host, request);
  const replied: Done = (result) => {
    showResult(host, 'REGISTER', result);
    done(result);
  };
  probe(host, (server) => {
    if (server === undefined) return replied(refusal('REGISTER', 'unreachable'));
    if (!server.isOurs) return ask(host, request, undefined, replied);
    // The same key makes the same request again: an account whose reply was lost is found.
    const made = host.keys.make(who.alias);
    if (!made.ok) {
      host.show(note(`No key can be kept for the account: ${host.hint('state')}.`));
      return replied(refusal('REGISTER', 'unwritable'));
    }
    const key = made.value;
    ask(host, request, key, (result) => {
      if (result.code === 0) host.keys.confirm(who.alias, key);
      else if (result.code !== undefined && result.isUncertain !== true) {
        host.keys.drop(who.alias, key);
      }
      replied(result);
    });
  });
}

function ask(
  host: ClientHost,
  request: Request<'REGISTER'>,
  key: string | undefined,
  done: Done,
): void {
  const { invite } = host;
  performSilently(host, request, done, undefined, {
    ...(key !== undefined && { KEY: key }),
    // A server that knows no invitations would take it for no operation.
    ...(key !== undefined && invite !== undefined && { INVITE: invite }),
  });
}
