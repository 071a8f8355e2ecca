// What clients and the server agree on beyond the first IRC, one bit each.

export const capabilities = {
  'away-notify': 1,
  batch: 2,
  'cap-notify': 4,
  'echo-message': 8,
  'labeled-response': 16,
  'message-tags': 32,
  'multi-prefix': 64,
  sasl: 128,
  'server-time': 256,
  setname: 512,
  'standard-replies': 1024,
  'userhost-in-names': 2048,
} as const;

export type Capability = keyof typeof capabilities;

const isCapability = (name: string): name is Capability => Object.hasOwn(capabilities, name);

const values: Readonly<Partial<Record<Capability, string>>> = { sasl: 'PLAIN' };

/** The list; with values for those who said that they know version 302. */
export const listed = (withValues: boolean): string =>
  Object.keys(capabilities)
    .map((name) => {
      const value = isCapability(name) ? values[name] : undefined;
      return withValues && value !== undefined ? `${name}=${value}` : name;
    })
    .join(' ');

/** The names of those that are on. */
export const namesOf = (mask: number): string =>
  Object.entries(capabilities)
    .filter(([, bit]) => (mask & bit) !== 0)
    .map(([name]) => name)
    .join(' ');

/** The mask after a request, or undefined where one of its words is none: then nothing changes. */
export function requested(mask: number, words: readonly string[]): number | undefined {
  let after = mask;
  for (const word of words) {
    const isOff = word.startsWith('-');
    const name = isOff ? word.slice(1) : word;
    if (!isCapability(name)) return undefined;
    after = isOff ? after & ~capabilities[name] : after | capabilities[name];
  }
  // What `cap-notify` would tell of is told to those of version 302 anyway.
  return after;
}
