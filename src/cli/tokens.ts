// The words of a command line as `parseArgs` of node:util takes them apart, without loading that: a cold start is shorter.

/** What a flag is to be followed by, and its letter. */
interface FlagShape {
  readonly type: 'boolean' | 'string';
  readonly short?: string;
}

export interface OptionToken {
  readonly kind: 'option';
  readonly name: string;
  /** As it was written, with its dashes. */
  readonly rawName: string;
  readonly value: string | undefined;
  /** Whether the value stood in the same word. */
  readonly inlineValue: boolean | undefined;
}

type Token =
  | OptionToken
  | { readonly kind: 'positional'; readonly value: string }
  | { readonly kind: 'option-terminator' };

/** What no flag is called is taken for one that is followed by nothing. */
export function tokensOf(
  args: readonly string[],
  flags: Readonly<Record<string, FlagShape>>,
): Token[] {
  const takesValue = (name: string): boolean =>
    Object.hasOwn(flags, name) && flags[name]?.type === 'string';
  const named = (letter: string): string =>
    Object.keys(flags).find((name) => flags[name]?.short === letter) ?? letter;
  const tokens: Token[] = [];
  const rest = [...args];
  const option = (name: string, rawName: string): void => {
    const value = takesValue(name) ? rest.shift() : undefined;
    const inlineValue = value === undefined ? undefined : false;
    tokens.push({ kind: 'option', name, rawName, value, inlineValue });
  };
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--') {
      tokens.push({ kind: 'option-terminator' });
      tokens.push(...rest.splice(0).map((value) => ({ kind: 'positional', value }) as const));
    } else if (arg.startsWith('--')) {
      const equals = arg.indexOf('=', 3);
      if (equals < 0) {
        option(arg.slice(2), arg);
      } else {
        const [rawName, value] = [arg.slice(0, equals), arg.slice(equals + 1)];
        const name = rawName.slice(2);
        tokens.push({ kind: 'option', name, rawName, value, inlineValue: true });
      }
    } else if (arg.startsWith('-') && arg.length > 1) {
      // Letters in one word, up to one that takes the rest as its value.
      for (let at = 1; at < arg.length; at++) {
        const letter = arg.charAt(at);
        const name = named(letter);
        const value = arg.slice(at + 1);
        if (value === '' || !takesValue(name)) {
          option(name, `-${letter}`);
        } else {
          tokens.push({ kind: 'option', name, rawName: `-${letter}`, value, inlineValue: true });
          break;
        }
      }
    } else {
      tokens.push({ kind: 'positional', value: arg });
    }
  }
  return tokens;
}
