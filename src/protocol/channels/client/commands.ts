// What a user may type besides a text: the control messages, which go to the server as they are.

/** The control messages (source 003, 0.2.1). */
const commands = ['/create', '/join', '/list'] as const;

/** What may complete the last word of what stands before the cursor. */
export function completions(before: string, channels: Iterable<string>): readonly string[] {
  if (/^\/\S*$/.test(before)) return commands;
  return /^\/join\s+\S*$/.test(before) ? [...channels] : [];
}
