// Files over HTTP: streamed into the store and out of it, with never more than a bounded piece of a file in memory.

import type { WaitingFile } from '../../protocol/commands';
import type { StoredFile } from '../../protocol/dialect';
import { limits } from '../../protocol/limits';
import { refused, type Result } from '../../protocol/model';
import type { FileStore } from '../files/files';
import { respond } from './responses';

type Upload = Result<StoredFile, 'no-space' | 'too-large' | 'storage' | 'broken-off'>;

/** Stores a request's body of `size` bytes. A body that breaks off leaves nothing. */
export async function receive(
  files: FileStore,
  body: ReadableStream<Uint8Array> | null,
  size: number,
): Promise<Upload> {
  /** Resolves when the store takes bytes again; undefined while it does. */
  let full: Promise<void> | undefined;
  let resume = (): void => {};
  let isHopeless = false;
  const sink = files.receive(size, {
    full: (isFull) => {
      if (isFull) {
        const { promise, resolve } = Promise.withResolvers<void>();
        full = promise;
        resume = resolve;
      } else {
        full = undefined;
        resume();
      }
    },
    hopeless: () => {
      isHopeless = true;
      // The rest of the body is not waited for.
      void reader?.cancel();
    },
  });
  const reader = body?.getReader();
  let missing = size;
  try {
    for (;;) {
      const next = await reader?.read();
      if (!next || next.done || isHopeless) break;
      missing -= next.value.length;
      sink.write(next.value);
      if (full) await full;
    }
  } catch {
    missing = Infinity;
  }
  if (missing > 0 && !isHopeless) {
    sink.abandon();
    return refused('broken-off');
  }
  const { promise, resolve } = Promise.withResolvers<Upload>();
  sink.finish(resolve);
  return promise;
}

/**
 * Answers with a file as a download: no browser shows or runs it, whatever its name and its content. `over` is called
 * once: the whole file has left, or it could not be read or sent.
 */
export function download(
  files: FileStore,
  file: WaitingFile,
  over: (isWhole: boolean) => void,
): Response {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Ends the wait of `pull` for its piece. */
  let pulled: () => void = () => {};
  const reader = files.read(file.hash, limits.files.readBytes, {
    piece: (bytes) => {
      controller?.enqueue(bytes);
      pulled();
    },
    end: (complete) => {
      if (complete) controller?.close();
      else controller?.error(new Error('the file cannot be read'));
      pulled();
      over(complete);
    },
  });
  const body = new ReadableStream<Uint8Array>(
    {
      pull(given) {
        controller = given;
        const { promise, resolve } = Promise.withResolvers<void>();
        pulled = resolve;
        reader.next();
        return promise;
      },
      cancel() {
        reader.close();
        over(false);
      },
    },
    { highWaterMark: 0 },
  );
  return respond(200, body, {
    'content-type': 'application/octet-stream',
    'content-length': String(file.size),
    'content-disposition': disposition(file.name),
    'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
  });
}

/** As RFC 6266 has it: a name of ASCII for every program, and the whole name for programs that know RFC 8187. */
function disposition(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const whole = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}
