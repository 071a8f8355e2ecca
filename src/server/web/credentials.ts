// The account that a request over HTTP acts for: its name and token, as HTTP Basic credentials (RFC 7617).

import { hashOfToken } from '../../protocol/bytes/token';
import { type Name, nameOf } from '../../protocol/model';
import { tokenForm } from '../../protocol/web/wire/messages';

/** The scheme's name, which HTTP compares without case. */
const httpScheme = 'Basic';

export interface Credentials {
  readonly account: Name;
  readonly tokenHash: string;
}

/** The credentials that a request shows; undefined where there are none, or none that could be right. */
export function credentialsOf(request: Request): Credentials | undefined {
  const [scheme, encoded = ''] = (request.headers.get('authorization') ?? '').split(' ');
  if (scheme?.toLowerCase() !== httpScheme.toLowerCase()) return undefined;
  const pair = Buffer.from(encoded, 'base64').toString();
  const colon = pair.lastIndexOf(':');
  const account = nameOf(pair.slice(0, colon));
  const token = pair.slice(colon + 1);
  if (!account || !tokenForm.test(token)) return undefined;
  return { account, tokenHash: hashOfToken(token) };
}
