// Reads the transcripts in a page: the fenced blocks that begin with a `chat` command at a shell's prompt.

/** A command, what a user types behind a prompt, or what is shown. `isLater`: only after what follows elsewhere. */
export type Step =
  | { readonly is: 'command'; readonly line: string }
  | { readonly is: 'typed'; readonly prompt: string; readonly line: string }
  | { readonly is: 'shown'; readonly line: string; readonly isLater: boolean };

export interface Block {
  readonly steps: readonly Step[];
}

export const blocksIn = (markdown: string): readonly Block[] =>
  Array.from(markdown.matchAll(/^```\w*\n(\$ chat [^]*?)\n```$/gm), ([, body = '']) => ({
    steps: body.split('\n').map(stepOf),
  }));

/** What stands on the terminal in the end. The cursor's place is not written. */
export const expectedOf = ({ steps }: Block): string =>
  steps
    .flatMap((step) => {
      if (step.is === 'command') return [];
      return step.is === 'typed' ? [step.prompt + step.line] : [step.line];
    })
    .join('\n');

function stepOf(written: string): Step {
  const [, text = '', comment = ''] = /^(.*?)(?:\s+# (.*))?$/.exec(written) ?? [];
  if (text.startsWith('$ ')) return { is: 'command', line: text.slice(2) };
  const [, prompt, line] = /^(\w{2,}> |[A-Z][^:>]*: )([^▏]+)$/.exec(text) ?? [];
  if (prompt !== undefined && line !== undefined) return { is: 'typed', prompt, line };
  const isLater = comment.startsWith('later');
  return { is: 'shown', line: text.replace('▏', '').trimEnd(), isLater };
}
