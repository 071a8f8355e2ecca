// Reads the sources as the tidiness tests see them: files, what each imports (types too), and its code without comments.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';

const root = resolve(import.meta.dir, '../..');

export interface SourceFile {
  /** From the root of the repository, e.g. src/main.ts. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

export interface Import {
  readonly specifier: string;
  /** The file that is meant, from the root; undefined for packages and the runtime's own modules. */
  readonly path: string | undefined;
}

export function readSources(...folders: string[]): SourceFile[] {
  const paths = folders.flatMap((folder) => [
    ...new Bun.Glob(`${folder}/**/*.{ts,tsx}`).scanSync(root),
  ]);
  return paths.sort().map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return { path, text, imports: importsOf(path, text) };
  });
}

/**
 * By pattern and not by Bun.Transpiler, which drops imports of types before it lists them. The formatter guarantees
 * single quotes and that the statement begins a line.
 */
export function importsOf(path: string, text: string): Import[] {
  const patterns = [
    /^(?:import|export)\b[^'"`;]*?\bfrom '([^']+)'/gm,
    /^import '([^']+)'/gm,
    /\bimport\(\s*'([^']+)'/g,
  ];
  const specifiers = patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((m) => m[1]!));
  return [...new Set(specifiers)].map((specifier) => ({
    specifier,
    path: specifier.startsWith('.') ? resolveImport(path, specifier) : undefined,
  }));
}

function resolveImport(from: string, specifier: string): string {
  const base = normalize(join(dirname(from), specifier));
  const candidates = [base, `${base}.ts`, `${base}.tsx`, `${base}/index.ts`];
  return candidates.find((path) => /\.\w+$/.test(path) && existsSync(join(root, path))) ?? base;
}

/** The code as it runs: no comments and no types. */
export function codeOf({ path, text }: SourceFile): string {
  const loader = path.endsWith('x') ? 'tsx' : 'ts';
  return new Bun.Transpiler({ loader, target: 'bun', deadCodeElimination: false }).transformSync(
    text,
  );
}
