// Links that carry an account's token from one browser to another, and the page's first login.

import { oneLine } from '../../protocol/bytes/text';
import { connect, connectWith } from './account';
import { hint, nextTimestamp, offeredKey } from './state';
import { current, tokens } from './store';
import { t } from './texts/index';

const prefix = '#key=';

/** The link by which another browser gets the account's token. Browsers send nothing behind # to a server. */
export function linkOf(name: string): string | undefined {
  const token = tokens.of(name);
  if (token === undefined) return undefined;
  return `${location.origin}/${prefix}${encodeURIComponent(name)}:${token}`;
}

/** What a link brings: anybody can have written it. */
function keyIn(hash: string): { readonly name: string; readonly token: string } | undefined {
  const [, encoded, token] = /^#key=([^:]+):([\w-]{43})$/.exec(hash) ?? [];
  if (encoded === undefined || token === undefined) return undefined;
  try {
    const name = decodeURIComponent(encoded);
    // The user is asked about this very name.
    return oneLine(name) === name ? { name, token } : undefined;
  } catch {
    return undefined;
  }
}

/** Logs in as before the reload. If a link brings a key, the user is asked about it first. */
export function restore(): void {
  nextTimestamp();
  addEventListener('hashchange', () => {
    if (location.hash.startsWith(prefix)) location.reload();
  });
  const { hash } = location;
  if (hash.startsWith(prefix)) {
    history.replaceState(null, '', '/');
    const key = keyIn(hash);
    if (key === undefined) hint.value = t.badLink;
    else if (tokens.of(key.name) !== key.token) {
      offeredKey.value = key;
      return;
    }
  }
  reconnect();
}

function reconnect(): void {
  const name = current.name();
  if (name !== undefined && tokens.of(name) !== undefined) connect(name);
}

/** The user wants the key that a link has brought. `done` gets the refusal, or nothing. */
export function acceptKey(done: (why?: string) => void): void {
  const key = offeredKey.value;
  if (key === undefined) return;
  connectWith(key.name, key.token, (why) => {
    if (why === undefined) offeredKey.value = undefined;
    done(why);
  });
}

/** The user does not want it: all is as if there had been no link. */
export function declineKey(): void {
  offeredKey.value = undefined;
  reconnect();
}
