// The page as Bun bundles it: a module of its own, since Bun cannot split an HTML import off by itself.

import page from '../../client/page/index.html';

/** What Bun makes of the import: the places of the files in the executable, or the source where there is none. */
interface Bundle {
  readonly index: string;
  readonly files?: readonly { readonly path: string }[];
}

export const bundle = page as unknown as Bundle;
