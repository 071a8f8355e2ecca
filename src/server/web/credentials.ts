// The account that a request over HTTP acts for: by HTTP Basic credentials (RFC 7617), or by a key alone (RFC 6750).

import { keyForm } from '../../protocol/bytes/secret';
import { type Name, nameOf } from '../../protocol/model';

/** What a request shows, before anything of it is proved. Without a name: a key, which says whose it is. */
export interface Credentials {
  readonly account?: Name;
  readonly secret: string;
}

/** The credentials that a request shows; undefined where there are none, or none that could be right. */
export function credentialsOf(request: Request): Credentials | undefined {
  const [scheme = '', encoded = ''] = (request.headers.get('authorization') ?? '').split(' ');
  // HTTP compares the scheme's name without case.
  if (/^basic$/i.test(scheme)) return pairIn(Buffer.from(encoded, 'base64').toString());
  return /^bearer$/i.test(scheme) && keyForm.test(encoded) ? { secret: encoded } : undefined;
}

/** A name and what it shows, with a colon between them. */
function pairIn(pair: string): Credentials | undefined {
  const last = pair.lastIndexOf(':');
  const isKey = keyForm.test(pair.slice(last + 1));
  // Names and passwords may have colons. Behind a name that has one, only a key can be told.
  const colon = isKey ? last : pair.indexOf(':');
  const account = nameOf(pair.slice(0, colon));
  const secret = pair.slice(colon + 1);
  return account && colon > 0 && secret !== '' ? { account, secret } : undefined;
}
