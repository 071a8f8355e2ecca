// What a key of this browser is called in the list of keys: `Firefox, Linux`.

const browsers = [
  ['Edge', /Edg/],
  ['Opera', /OPR/],
  ['Firefox', /Firefox|FxiOS/],
  ['Chrome', /Chrom|CriOS/],
  ['Safari', /Safari/],
] as const;

const systems = [
  ['Android', /Android/],
  ['iPhone', /iPhone/],
  ['iPad', /iPad/],
  ['Windows', /Windows/],
  ['macOS', /Mac OS/],
  ['Linux', /Linux/],
] as const;

/** The first of a list that the browser says it is. */
const found = (list: readonly (readonly [string, RegExp])[]): string | undefined =>
  list.find(([, sign]) => sign.test(navigator.userAgent))?.[0];

export const browserName = (): string =>
  [found(browsers), found(systems)].filter((name) => name !== undefined).join(', ');
