// Questions asked one after another in place of the prompt; what was being typed waits meanwhile.

import type { Editor } from './editor';

interface Question {
  readonly text: string;
  readonly resolve: (answer: string | undefined) => void;
}

export class Questions {
  readonly #editor: Editor;
  readonly #asked: Question[] = [];
  #interrupted: { readonly text: string; readonly cursor: number } | undefined;

  constructor(editor: Editor) {
    this.#editor = editor;
  }

  /** The question that stands before the line now. */
  get current(): string | undefined {
    return this.#asked[0]?.text;
  }

  ask(text: string): Promise<string | undefined> {
    if (this.#asked.length === 0) {
      const { text: typed, cursor } = this.#editor.edited;
      this.#interrupted = { text: typed, cursor };
      this.#editor.set('');
    }
    return new Promise((resolve) => this.#asked.push({ text, resolve }));
  }

  /** True if the line was an answer. */
  answer(line: string): boolean {
    return this.#settle(line);
  }

  /** Gives the current question up; true if there was one. */
  cancel(): boolean {
    return this.#settle(undefined);
  }

  cancelAll(): void {
    while (this.#settle(undefined));
  }

  #settle(answer: string | undefined): boolean {
    const question = this.#asked.shift();
    if (question === undefined) return false;
    if (this.#asked.length > 0) this.#editor.set('');
    else this.#editor.set(this.#interrupted?.text ?? '', this.#interrupted?.cursor);
    question.resolve(answer);
    return true;
  }
}
