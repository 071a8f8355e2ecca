// The architecture as a test: layers, circles, purity, dialect names, opening sentences, lengths. Each lists every offender.
import { expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';

import { impure, type Layer, layers, mayNameDialects, pureFolders } from './layers';
import { codeOf, importsOf, readSources, type SourceFile } from './source';

const sources = readSources('src');
const everything = [...sources, ...readSources('test', 'bench', 'scripts')];
const isPure = ({ path }: SourceFile) => pureFolders.some((folder) => path.startsWith(folder));

/** A list that says more than "expected 0, got 3". */
function none(offenders: readonly string[], rule: string): void {
  if (offenders.length > 0)
    throw new Error(`${rule}:\n${offenders.map((o) => `  ${o}`).join('\n')}`);
  expect(offenders).toEqual([]);
}

const fits = (pattern: string, path: string) => new Bun.Glob(pattern).match(path);

function layerOf(path: string): Layer | undefined {
  return layers.find(({ files }) => fits(files, path));
}

/** What a file may import, with NAME filled in: the folder of src/protocol/ that it is in. */
function allowed({ path }: SourceFile, { may }: Layer): string[] {
  const name = path.split('/')[2] ?? '';
  return may.map((pattern) => pattern.replace('NAME', name));
}

test('every file of src has its place in the table of layers', () => {
  none(
    sources.filter(({ path }) => layerOf(path) === undefined).map(({ path }) => path),
    'no row of test/tidy/layers.ts fits',
  );
});

test('nobody imports what is above or beside him', () => {
  const offenders = sources.flatMap((file) => {
    const layer = layerOf(file.path);
    if (layer === undefined) return [];
    const may = allowed(file, layer);
    return file.imports
      .filter(({ path, specifier }) =>
        path === undefined
          ? layer.external?.includes(specifier) === false
          : !may.some((pattern) => fits(pattern, path)),
      )
      .map(({ path, specifier }) => `${file.path} imports ${path ?? specifier}`);
  });
  none(offenders, 'against test/tidy/layers.ts');
});

test('no circles, imports of types included', () => {
  const graph = new Map(
    everything.map(({ path, imports }) => [path, imports.flatMap((i) => i.path ?? [])]),
  );
  const circles = new Set<string>();
  const done = new Set<string>();
  const walk = (path: string, trail: string[]) => {
    const start = trail.indexOf(path);
    if (start >= 0) circles.add([...trail.slice(start), path].join(' -> '));
    if (start >= 0 || done.has(path)) return;
    for (const next of graph.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  none([...circles], 'circles');
});

test('the ground and the hub touch no clock, chance, socket, disk or environment', () => {
  const offenders = sources.filter(isPure).flatMap((file) => {
    const lines = codeOf(file).split('\n');
    return Object.entries(impure).flatMap(([what, pattern]) =>
      lines
        .filter((line) => pattern.test(line))
        .map((line) => `${file.path} touches ${what}: ${line.trim()}`),
    );
  });
  none(offenders, `impure code under ${pureFolders.join(' or ')}`);
});

test('no dialect is named outside its folder, the lists and the door flags', () => {
  const dialects = readdirSync('src/protocol', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !['bytes', 'client_kit'].includes(entry.name))
    .map(({ name }) => name);
  const offenders = sources.flatMap((file) => {
    const exempt = mayNameDialects[file.path] ?? [];
    if (exempt === 'all') return [];
    return dialects
      .filter((name) => !exempt.includes(name) && !file.path.startsWith(`src/protocol/${name}/`))
      .filter((name) => new RegExp(`(["'\`])${name}\\1`).test(codeOf(file)))
      .map((name) => `${file.path} names ${name}`);
  });
  none(
    offenders,
    'a dialect is one folder and one line in src/protocol/index.ts and clients.ts, yet',
  );
});

test('every file opens with a sentence that says what it is', () => {
  none(
    everything
      .filter(({ text }) => !/^(?:#!.*\n)?(?:\/\/|\/\*\*?) \S+ \S+ \S+/.test(text))
      .map(({ path, text }) => `${path}: ${text.slice(0, text.indexOf('\n'))}`),
    'no opening comment',
  );
});

test('a file of more than 300 lines says why', () => {
  const lines = (text: string) => text.split('\n').length - 1;
  none(
    sources
      .filter(({ text }) => lines(text) > 300 && !/^\/\/ long because \S/m.test(text))
      .map(({ path, text }) => `${path}: ${lines(text)} lines and no "// long because ..."`),
    'too long',
  );
});

test('no test file has more than 400 lines', () => {
  none(
    everything
      .filter(({ path, text }) => path.startsWith('test/') && text.split('\n').length > 401)
      .map(({ path }) => path),
    'too long',
  );
});

test('the test sees imports of every form', () => {
  const text = [
    `import a from './a.ts';`,
    `import type { B } from './b.ts';`,
    `import {\n  type C,\n  c,\n} from './c.ts';`,
    `export { d } from './d.ts';`,
    `export type * from './e.ts';`,
    `import './f.ts';`,
    `const g = () => import('./g.ts');`,
    `import { h } from 'node:fs';`,
  ].join('\n');
  expect(importsOf('src/x.ts', text).map(({ specifier }) => specifier)).toEqual([
    './a.ts',
    './b.ts',
    './c.ts',
    './d.ts',
    './e.ts',
    'node:fs',
    './f.ts',
    './g.ts',
  ]);
});

test.each([
  ['Date.now()', true],
  ['new Date()', true],
  ['new Date(ms)', false],
  ['const wait = setTimeout', true],
  ['Math.random()', true],
  ['process.env', true],
  ['Bun.listen({})', true],
  ['Bun.stringWidth(text)', false],
  ['session.process(input)', false],
])('the test takes %p for impure: %p', (code, wanted) => {
  expect(Object.values(impure).some((pattern) => pattern.test(code))).toBe(wanted);
});
