// One request to the HTTP interface: who asks, from where, and its body of JSON.

import type { BunRequest } from 'bun';
import * as v from 'valibot';

import { networkOf } from '../../net/address';
import type { HeldBytes } from '../../net/held_bytes';
import type { OperationName, Outcome } from '../../protocol/commands';
import { limits } from '../../protocol/limits';
import { type Proof, refused, type Result } from '../../protocol/model';

export interface Call {
  readonly request: BunRequest;
  readonly url: URL;
  /** The address of the program that asks, without its port. */
  readonly host: string;
}

/** A request that has proved which account it acts for. The hub decides whether the credential is still good. */
export interface SignedCall extends Call {
  readonly proof: Proof;
}

/** An outcome; of a command that was asked for too often, also after how long it may be, in ms. */
export type Answer<K extends OperationName> = Outcome<K> & { readonly waitMs?: number };

/** Where a request leads. Bun gives no more than the path where the request names no host. */
export const urlOf = ({ url }: Request): URL =>
  new URL(url.startsWith('/') ? `http://localhost${url}` : url);

/**
 * Reads at most `limits.web.jsonBytes`, within `limits.net.requestMs`; a longer or later body is refused and not read to
 * its end.
 */
export async function readJson<S extends v.GenericSchema>(
  { request, host }: Call,
  schema: S,
  received: HeldBytes,
): Promise<Result<v.InferOutput<S>, 'too-long' | 'bad-request'>> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = request.body?.getReader();
  // What has not come by then is no whole request.
  const late = setTimeout(() => void reader?.cancel(), limits.net.requestMs);
  const holder = {
    network: networkOf(host),
    isIdle: true,
    drop: () => void reader?.cancel(),
  };
  try {
    for (;;) {
      const next = await reader?.read();
      if (!next || next.done) break;
      length += next.value.length;
      if (length > limits.web.jsonBytes) {
        void reader?.cancel();
        return refused('too-long');
      }
      pieces.push(next.value);
      received.set(holder, length);
    }
    const result = v.safeParse(schema, JSON.parse(Buffer.concat(pieces).toString()));
    return result.success ? { ok: true, value: result.output } : refused('bad-request');
  } catch {
    return refused('bad-request');
  } finally {
    clearTimeout(late);
    received.set(holder, 0);
  }
}
