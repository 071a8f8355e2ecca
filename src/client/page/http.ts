// Files to the server and back: over HTTP, with progress and cancel.

import * as v from 'valibot';

import { baseNameFor } from '../../protocol/bytes/validation';
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

/** Lets the browser download a file that came with a message. `gone`: the server has it no more. */
export async function download(
  identity: Identity,
  from: string,
  id: number,
): Promise<'started' | 'gone' | 'unreachable'> {
  try {
    const response = await fetch('/api/downloads', {
      method: 'POST',
      headers: { authorization: authorization(identity), 'content-type': 'application/json' },
      body: JSON.stringify({ from, id }),
    });
    if (response.status === 404) return 'gone';
    const answer = v.safeParse(http.download, await response.json());
    if (!answer.success) return 'unreachable';
    const link = document.createElement('a');
    link.href = answer.output.url;
    link.download = answer.output.name;
    link.click();
    return 'started';
  } catch {
    return 'unreachable';
  }
}
