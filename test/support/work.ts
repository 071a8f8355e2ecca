// Counts work instead of time: the characters and bytes that built-in functions go through while something runs.

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** What a call has gone through, by what it was called on, with what, and what came of it. */
type Cost = (self: never, args: readonly never[], result: never) => number;

interface Sized {
  readonly length: number;
}

const whole = (self: Sized): number => self.length;
const given = (_self: unknown, [first]: readonly (Sized | undefined)[]): number =>
  first?.length ?? 0;
const made = (_self: unknown, _args: unknown, result: Sized): number => result.length;
/** A search from a place, or from the start: to what was found, or through all. */
const searched = (self: Sized, [, from = 0]: readonly number[], found: number): number =>
  (found < 0 ? self.length : found) - from;

/** Bytes moved inside an array, from one place to another. */
const copied = (self: Sized, [, start = 0, end = self.length]: readonly number[]): number =>
  end - start;

/** Built-in functions that go through a text or bytes. Those that are not here take one step however long it is. */
const costs: readonly (readonly [object: object, costs: Readonly<Record<string, Cost>>])[] = [
  [
    String.prototype,
    {
      split: whole,
      replace: whole,
      replaceAll: whole,
      trim: whole,
      trimStart: whole,
      trimEnd: whole,
      normalize: whole,
      toLowerCase: whole,
      toUpperCase: whole,
      toWellFormed: whole,
      search: whole,
      matchAll: whole,
      indexOf: searched,
      lastIndexOf: whole,
      includes: whole,
      slice: made,
      substring: made,
      repeat: made,
      padEnd: made,
    },
  ],
  [Array.prototype, { join: made, slice: made, concat: made, map: whole, flatMap: made }],
  [Array, { from: made }],
  [
    Uint8Array.prototype,
    { indexOf: searched, set: given, fill: whole, slice: made, copyWithin: copied },
  ],
  [TextEncoder.prototype, { encode: made, encodeInto: given }],
  [TextDecoder.prototype, { decode: given }],
];

interface Work {
  /** Characters and bytes gone through. */
  readonly steps: number;
  /** The patterns that were tried on a text of at least `longText` characters. */
  readonly patterns: ReadonlySet<string>;
}

const longText = 4096;

/** Runs something that is not asynchronous. The built-in functions are themselves again when it is done. */
export function workOf(run: () => unknown): Work {
  const work = { steps: 0, patterns: new Set<string>() };
  const notePattern = (text: string, { source }: RegExp): void => {
    if (text.length >= longText) work.patterns.add(source);
  };
  const undo: (() => void)[] = [];
  const wrap = (object: object, name: string, wrapper: (method: Method) => Method): void => {
    const isInherited = !Object.hasOwn(object, name);
    const method = Reflect.get(object, name) as Method;
    const value = wrapper(method);
    // Uint8Array inherits its functions from all typed arrays: it gets its own for this time.
    if (isInherited) Object.defineProperty(object, name, { value, configurable: true });
    else Reflect.set(object, name, value);
    undo.push(() => {
      if (isInherited) Reflect.deleteProperty(object, name);
      else Reflect.set(object, name, method);
    });
  };
  for (const [object, methods] of costs) {
    for (const [name, cost] of Object.entries(methods)) {
      wrap(
        object,
        name,
        (method) =>
          function (this: unknown, ...args) {
            const result = method.apply(this, args);
            work.steps += 1 + cost(this as never, args as never, result as never);
            if (args[0] instanceof RegExp) notePattern(String(this), args[0]);
            return result;
          },
      );
    }
  }
  wrap(
    RegExp.prototype,
    'exec',
    (method) =>
      function (this: unknown, ...args) {
        const pattern = this as RegExp;
        const text = String(args[0]);
        const from = pattern.global || pattern.sticky ? pattern.lastIndex : 0;
        const found = method.apply(this, args) as RegExpExecArray | null;
        // A sticky pattern is tried at one place only.
        const missed = pattern.sticky ? from : text.length;
        const end = found === null ? missed : found.index + found[0].length;
        work.steps += 1 + Math.max(0, end - from);
        notePattern(text, pattern);
        return found;
      },
  );
  try {
    run();
  } finally {
    for (const restore of undo.toReversed()) restore();
  }
  return work;
}

/**
 * Whether a pattern is linear by its form: it repeats nothing without a bound, or one thing only, from the start of the
 * text. Any other pattern has to be looked at by somebody.
 */
export function isPlainPattern(source: string): boolean {
  const outsideClasses = source.replace(/\\.|\[(?:\\.|[^\]\\])*\]/g, 'c');
  const repeats = outsideClasses.match(/[*+]|\{\d+,\}/g)?.length ?? 0;
  return repeats === 0 || (repeats === 1 && source.startsWith('^') && !source.includes('|'));
}
