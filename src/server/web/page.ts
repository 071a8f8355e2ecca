// The page's files: read from the executable, or bundled from the sources where there is no executable.

import { createHash } from 'node:crypto';

import { caching, type Headers, respond } from './responses';

interface PageFile {
  readonly type: string;
  readonly cache: string;
  /** Changes with the content. */
  readonly tag: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Undefined where it saves too little. */
  readonly zipped: Uint8Array<ArrayBuffer> | undefined;
}

/** By path. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  json: 'application/manifest+json',
  webmanifest: 'application/manifest+json',
};

let loading: Promise<PageFiles> | undefined;

/** Loads the page at the first request for it, so that the server's start does not wait for it. */
export const pageFiles = (): Promise<PageFiles> => (loading ??= load());

async function load(): Promise<PageFiles> {
  const { bundle } = await import('./bundle');
  const files = new Map<string, PageFile>();
  if (bundle.files) {
    for (const { path } of bundle.files) await add(files, path, Bun.file(path));
  } else {
    const built = await Bun.build({
      entrypoints: [bundle.index],
      minify: true,
      publicPath: '/',
      naming: {
        entry: '[name]-[hash].[ext]',
        chunk: '[name]-[hash].[ext]',
        asset: '[name]-[hash].[ext]',
      },
    });
    for (const output of built.outputs) await add(files, output.path, output);
  }
  return files;
}

async function add(files: Map<string, PageFile>, path: string, content: Blob): Promise<void> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const isIndex = name.endsWith('.html');
  const bytes = new Uint8Array(await content.arrayBuffer());
  const zipped = Bun.gzipSync(bytes, { level: 9 });
  files.set(isIndex ? '/' : `/${name}`, {
    type: types[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
    // The name of every other file holds a hash of its content.
    cache: isIndex ? caching.checked : caching.forever,
    tag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    bytes,
    zipped: zipped.length < bytes.length * 0.9 ? zipped : undefined,
  });
}

/** Answers a GET or HEAD of a path; undefined where the page has no such file. */
export async function servePage(path: string, request: Request): Promise<Response | undefined> {
  const file = (await pageFiles()).get(path);
  if (!file) return undefined;
  const zip = /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '') && file.zipped;
  const headers: Headers = {
    'content-type': file.type,
    'cache-control': file.cache,
    etag: file.tag,
    vary: 'accept-encoding',
    ...(zip && { 'content-encoding': 'gzip' }),
  };
  if (request.headers.get('if-none-match') === file.tag) return respond(304, undefined, headers);
  const body = zip || file.bytes;
  return respond(200, request.method === 'HEAD' ? undefined : body, headers);
}
