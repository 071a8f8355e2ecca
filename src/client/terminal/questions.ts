// Questions asked one after another in place of the prompt. What was being typed is kept meanwhile.

import type { Editor } from './editor';

interface Question {
  readonly text: string;
  readonly resolve: (answer: string | undefined) => void;
}

export class Questions {
  readonly #editor: Editor;
  readonly #pending: Question[] = [];
  /** What was being typed when the first question came. */
  #typed: { readonly text: string; readonly cursor: number } | undefined;

  constructor(editor: Editor) {
    this.#editor = editor;
  }

  /** The question that stands before the line. */
  get current(): string | undefined {
    return this.#pending[0]?.text;
  }

  ask(text: string): Promise<string | undefined> {
    if (this.#pending.length === 0) {
      const { text: typed, cursor } = this.#editor.edited;
      this.#typed = { text: typed, cursor };
      this.#editor.set('');
    }
    return new Promise((resolve) => this.#pending.push({ text, resolve }));
  }

  /** Takes a line as the answer. Gives false if no question was asked. */
  answer(line: string): boolean {
    return this.#settle(line);
  }

  /** Ends the current question without an answer. Gives false if there was none. */
  cancel(): boolean {
    return this.#settle(undefined);
  }

  cancelAll(): void {
    while (this.#settle(undefined));
  }

  #settle(answer: string | undefined): boolean {
    const question = this.#pending.shift();
    if (question === undefined) return false;
    if (this.#pending.length > 0) this.#editor.set('');
    else this.#editor.set(this.#typed?.text ?? '', this.#typed?.cursor);
    question.resolve(answer);
    return true;
  }
}
