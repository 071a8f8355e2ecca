// Files over HTTP: streamed into the store and out of it, with never more than a bounded piece of a file in memory.

import { savableName } from '../../protocol/bytes/validation';
import type { WaitingFile } from '../../protocol/commands';
import type { StoredFile } from '../../protocol/dialect';
import { limits } from '../../protocol/limits';
import { type FileHash, refused, type Result } from '../../protocol/model';
import type { FileStore } from '../files/files';
import type { FilePart } from '../files/reader';
import type { FileOwner } from '../files/space';
import { respond } from './responses';

type Upload = Result<StoredFile, 'no-space' | 'too-large' | 'too-slow' | 'storage' | 'broken-off'>;

/** Stores a request's body of `size` bytes. A body that breaks off leaves nothing. */
export async function receive(
  files: FileStore,
  body: ReadableStream<Uint8Array> | null,
  size: number,
  owner: FileOwner,
): Promise<Upload> {
  /** Resolves when the store takes bytes again; undefined while it does. */
  let full: Promise<void> | undefined;
  let resume = (): void => {};
  let isHopeless = false;
  const sink = files.receive(
    size,
    {
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
    },
    owner,
  );
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
 * Answers with a file, or a part of it, as a download: no browser shows or runs it, whatever its name and its content.
 * `over` is called once: all of it has left for the system, or it could not be read or sent.
 */
export function download(
  files: FileStore,
  file: WaitingFile,
  part: FilePart | undefined,
  over: () => void,
): Response {
  const { from, to } = part ?? { from: 0, to: file.size };
  return respond(part ? 206 : 200, streamOf(files, file.hash, { from, to }, over), {
    'content-type': 'application/octet-stream',
    'content-length': String(to - from),
    ...(part && { 'content-range': `bytes ${from}-${to - 1}/${file.size}` }),
    'accept-ranges': 'bytes',
    etag: etagOf(file),
    'content-disposition': disposition(file.name),
    'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
  });
}

function streamOf(files: FileStore, hash: FileHash, part: FilePart, over: () => void) {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Ends the wait of `pull` for its piece. */
  let pulled: () => void = () => {};
  const events = {
    piece: (bytes: Uint8Array): void => {
      controller?.enqueue(bytes);
      pulled();
    },
    end: (isComplete: boolean): void => {
      if (isComplete) controller?.close();
      else controller?.error(new Error('the file cannot be read'));
      pulled();
      over();
    },
  };
  const reader = files.read(hash, limits.files.readBytes, events, part);
  return new ReadableStream<Uint8Array>(
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
        over();
      },
    },
    { highWaterMark: 0 },
  );
}

const etagOf = ({ hash }: WaitingFile): string => `"${hash}"`;

/**
 * The part of a file that a request asks for (RFC 9110, 14). Undefined: the whole of it. `end`: what begins where the
 * file ends, so the asker has all of it. `none`: another part that the file does not have.
 */
export function partOf(request: Request, file: WaitingFile): FilePart | 'end' | 'none' | undefined {
  const { size } = file;
  const asked = /^bytes=(\d*)-(\d*)$/.exec(request.headers.get('range') ?? '');
  const [, first = '', last = ''] = asked ?? [];
  if (first === '' && last === '') return undefined;
  const known = request.headers.get('if-range');
  if (known !== null && known !== etagOf(file)) return undefined;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (from === size && size > 0 && first !== '') return 'end';
  return from < to ? { from, to } : 'none';
}

/** As RFC 6266 has it: a name of ASCII for every program, and the whole name for programs that know RFC 8187. */
function disposition(given: string): string {
  const name = savableName(given);
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const whole = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}
