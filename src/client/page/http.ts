// Files to the server and back: over HTTP, with progress and cancel.

import * as v from 'valibot';

import { baseNameFor, savableName } from '../../protocol/bytes/validation';
import * as http from '../../protocol/web/wire/http';

export interface Identity {
  readonly name: string;
  readonly token: string;
}

/** HTTP Basic credentials (RFC 7617), in UTF-8. */
function authorization({ name, token }: Identity): string {
  const bytes = new TextEncoder().encode(`${name}:${token}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

export interface Upload {
  readonly to: string;
  readonly text: string;
  readonly key: string;
  readonly file: File;
}

export type UploadResult =
  | { readonly is: 'sent'; readonly id: number; readonly serial: number }
  | { readonly is: 'refused'; readonly why: string }
  | { readonly is: 'unreachable' | 'cancelled' };

/** Sends a file with its message. `progress` gets a number from 0 to 1. The function that is returned cancels. */
export function upload(
  identity: Identity,
  { to, text, key, file }: Upload,
  progress: (part: number) => void,
  done: (result: UploadResult) => void,
): () => void {
  const query = new URLSearchParams({ to, text, key, name: baseNameFor(file.name) });
  const request = new XMLHttpRequest();
  request.open('POST', `/api/files?${query.toString()}`);
  request.setRequestHeader('authorization', authorization(identity));
  request.setRequestHeader('content-type', 'application/octet-stream');
  request.responseType = 'json';
  request.upload.addEventListener('progress', ({ loaded }) =>
    progress(file.size === 0 ? 1 : loaded / file.size),
  );
  request.addEventListener('load', () => {
    const sent = v.safeParse(http.sent, request.response);
    const refusal = v.safeParse(http.refusal, request.response);
    if (sent.success) done({ is: 'sent', id: sent.output.id, serial: sent.output.serial });
    else if (refusal.success) done({ is: 'refused', why: refusal.output.why });
    else done({ is: 'unreachable' });
  });
  request.addEventListener('error', () => done({ is: 'unreachable' }));
  request.addEventListener('abort', () => done({ is: 'cancelled' }));
  request.send(file);
  return () => request.abort();
}

/** A file that came with a message, by its sender's number of it, or by its place in the history. */
export type ReceivedFile =
  { readonly from: string; readonly id: number } | { readonly serial: number };

type Fetched<Done extends string> = Done | 'gone' | 'unreachable';

/** Lets the browser download a file, which stays on the server. `gone`: the server has it no more. */
export const download = (identity: Identity, file: ReceivedFile): Promise<Fetched<'started'>> =>
  claim(identity, file, ({ url, name }) => {
    const link = document.createElement('a');
    link.href = url;
    link.download = savableName(name);
    link.click();
    return 'started';
  });

/** Tells the server that its user has the file, so that it forgets it. */
export const confirmFile = (identity: Identity, file: ReceivedFile): Promise<Fetched<'taken'>> =>
  claim(identity, file, async ({ url }) => {
    const { status } = await fetch(`${url}/taken`, { method: 'POST' });
    if (status === 404) return 'gone';
    return status === 204 ? 'taken' : 'unreachable';
  });

/** Gets an address for a file, and goes on with that. */
async function claim<Done extends string>(
  identity: Identity,
  file: ReceivedFile,
  then: (at: v.InferOutput<typeof http.download>) => Fetched<Done> | Promise<Fetched<Done>>,
): Promise<Fetched<Done>> {
  try {
    const response = await fetch('/api/downloads', {
      method: 'POST',
      headers: { authorization: authorization(identity), 'content-type': 'application/json' },
      body: JSON.stringify(file),
    });
    if (response.status === 404) return 'gone';
    const answer = v.safeParse(http.download, await response.json());
    return answer.success ? await then(answer.output) : 'unreachable';
  } catch {
    return 'unreachable';
  }
}
