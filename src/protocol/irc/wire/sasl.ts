// The one credential that SASL PLAIN carries: base64 in pieces, then three fields.

import { decodeText } from '../../bytes/text';
import { limits } from '../../limits';

export type SaslStep =
  | { readonly is: 'more' }
  | { readonly is: 'plain'; readonly account: string; readonly password: string }
  | { readonly is: 'failed' }
  | { readonly is: 'too-long' }
  | { readonly is: 'aborted' };

/** Collects the pieces of one attempt. A piece of the full length is followed by another one. */
export class PlainReader {
  #text = '';

  take(piece: string): SaslStep {
    if (piece === '*') return { is: 'aborted' };
    if (piece.length > limits.irc.saslPiece) return { is: 'too-long' };
    if (piece !== '+') this.#text += piece;
    if (this.#text.length > limits.irc.saslBytes) return { is: 'failed' };
    return piece.length === limits.irc.saslPiece ? { is: 'more' } : plainOf(this.#text);
  }
}

/** Who one acts for is empty, or the same as who one is. */
function plainOf(base64: string): SaslStep {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return { is: 'failed' };
  const fields = decodeText(Buffer.from(base64, 'base64'))?.split('\0');
  const [authorization, account, password] = fields ?? [];
  if (fields?.length !== 3 || account === undefined || password === undefined || account === '')
    return { is: 'failed' };
  if (authorization !== '' && authorization !== account) return { is: 'failed' };
  return { is: 'plain', account, password };
}
