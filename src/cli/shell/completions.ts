// `chat completions`: the script by which a shell completes the command lines of chat.
import { defineCommand } from '../command';
import { CliError, exit } from '../exit';
import { scriptOf, type Shell, shells } from './scripts';

export const completions = defineCommand({
  meta: { name: 'completions', description: 'Print the script that lets a shell complete chat' },
  args: {
    shell: { type: 'positional', description: `which shell: ${shells.join(', ')}` },
  },
  examples: [
    'source <(chat completions bash)',
    'chat completions zsh > ~/.zfunc/_chat',
    'chat completions fish > ~/.config/fish/completions/chat.fish',
  ],
  run({ shell }, io) {
    if (!isShell(shell)) {
      throw new CliError(exit.usage, `completions: ${shell} is not one of ${shells.join(', ')}`);
    }
    io.out.write(scriptOf[shell]);
    return Promise.resolve(exit.ok);
  },
});

const isShell = (text: string): text is Shell => (shells as readonly string[]).includes(text);
