// Files over HTTP: streamed to the store and out of it, never more than a bounded piece of one in memory.

import type { WaitingFile } from '../../protocol/commands';
import type { StoredFile } from '../../protocol/dialect';
import { limits } from '../../protocol/limits';
import { refused, type Result } from '../../protocol/model';
import type { FileStore } from '../files/files';
import { respond } from './responses';

type Upload = Result<StoredFile, 'no-space' | 'too-large' | 'storage' | 'broken-off'>;

/** Takes a request's body of `size` bytes. What is broken off leaves nothing. */
export async function receive(
  files: FileStore,
  body: ReadableStream<Uint8Array> | null,
  size: number,
): Promise<Upload> {
  let full: Promise<void> | undefined;
  let goOn = (): void => {};
  let isHopeless = false;
  const sink = files.receive(size, {
    full: (isFull) => {
      if (isFull) {
        const { promise, resolve } = Promise.withResolvers<void>();
        full = promise;
        goOn = resolve;
      } else {
        full = undefined;
        goOn();
      }
    },
    hopeless: () => {
      isHopeless = true;
      // What is still to come is not waited for.
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
 * A file as a download: whatever its sender called it or put into it, no browser shows or runs it. `over` is called
 * once: all of it has left, or it could not be read or sent.
 */
export function download(
  files: FileStore,
  file: WaitingFile,
  over: (isWhole: boolean) => void,
): Response {
  let asked: ReadableStreamDefaultController<Uint8Array> | undefined;
  let given: () => void = () => {};
  const reader = files.read(file.hash, limits.files.readBytes, {
    piece: (bytes) => {
      asked?.enqueue(bytes);
      given();
    },
    end: (complete) => {
      if (complete) asked?.close();
      else asked?.error(new Error('the file cannot be read'));
      given();
      over(complete);
    },
  });
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        asked = controller;
        const { promise, resolve } = Promise.withResolvers<void>();
        given = resolve;
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

/** RFC 6266: a name of ASCII for everybody, and the whole of it for who reads RFC 8187. */
function disposition(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const whole = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}
