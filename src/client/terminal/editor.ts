// The line editor: it takes keys and gives the edited line and effects. It draws nothing and waits for nothing.

import { limits } from '../../protocol/limits';
import { type Complete, completeWord } from './completion';
import { History } from './history';
import { edit } from './keymap';
import type { Key } from './keys';
import { Line } from './line';
import { Search } from './search';

/** What a key asks of the terminal, besides a change of the line. */
export type Effect =
  | { readonly kind: 'submit'; readonly line: string }
  | { readonly kind: 'list'; readonly candidates: readonly string[] }
  | { readonly kind: 'interrupt' | 'end' | 'suspend' | 'clear' | 'bell' };

export interface EditorOptions {
  readonly complete?: Complete | undefined;
  /** Lines of earlier sessions, oldest first. */
  readonly history?: readonly string[] | undefined;
  /** How many lines are remembered; `limits.terminal.historyLines` if absent. */
  readonly historyMax?: number | undefined;
  /** The longest line, in UTF-16 units; `limits.terminal.lineLength` if absent. */
  readonly lineMax?: number | undefined;
}

/** What stands on the screen. The editor has a prompt of its own only while it searches. */
export interface Edited {
  readonly prompt: string | undefined;
  readonly text: string;
  readonly cursor: number;
}

export class Editor {
  readonly #line: Line;
  readonly #history: History;
  readonly #complete: Complete;
  #search: Search | undefined;
  #isSecondTab = false;

  constructor(options: EditorOptions = {}) {
    this.#line = new Line(options.lineMax ?? limits.terminal.lineLength);
    const historyMax = options.historyMax ?? limits.terminal.historyLines;
    this.#history = new History(options.history ?? [], historyMax);
    this.#complete = options.complete ?? (() => []);
  }

  get edited(): Edited {
    const search = this.#search;
    if (search?.found !== undefined) {
      return { prompt: search.prompt, text: search.found, cursor: search.place };
    }
    return { prompt: search?.prompt, text: this.#line.text, cursor: this.#line.cursor };
  }

  /** The lines remembered since the start, oldest first. */
  get history(): readonly string[] {
    return this.#history.added;
  }

  /** Replaces the line, for instance with the one that a question had interrupted. */
  set(text: string, cursor?: number): void {
    this.#search = undefined;
    this.#history.leave();
    this.#line.set(text, cursor);
  }

  /** Adds a submitted line to the history, unless it is blank or a repetition. */
  remember(line: string): void {
    this.#history.add(line);
  }

  /** Takes a key. A paste of several lines submits all but the last, which the user can still edit. */
  press(key: Key): Effect[] {
    if (this.#search !== undefined && this.#pressInSearch(key, this.#search)) return [];
    const isSecondTab = this.#isSecondTab;
    this.#isSecondTab = false;
    if (key.kind === 'press') return this.#press(key.value, isSecondTab);
    this.#line.endKill();
    if (key.kind === 'text') return this.#line.insert(key.value) ? [] : [{ kind: 'bell' }];
    return this.#paste(key.value);
  }

  #press(key: string, isSecondTab: boolean): Effect[] {
    switch (key) {
      case 'enter':
        return [this.#submit()];
      case 'tab':
        return this.#tab(isSecondTab);
      case 'up':
      case 'ctrl-p':
        return this.#show(this.#history.older(this.#line.text));
      case 'down':
      case 'ctrl-n':
        return this.#show(this.#history.newer());
      case 'ctrl-r':
        this.#search = new Search(this.#history);
        return [];
      case 'ctrl-c':
        return [{ kind: 'interrupt' }];
      case 'ctrl-z':
        return [{ kind: 'suspend' }];
      case 'ctrl-l':
        return [{ kind: 'clear' }];
      case 'ctrl-d':
        if (this.#line.text === '') return [{ kind: 'end' }];
        break;
      default:
    }
    return edit(this.#line, key) === 'bell' ? [{ kind: 'bell' }] : [];
  }

  #submit(): Effect {
    const line = this.#line.text;
    this.#line.endKill();
    this.set('');
    return { kind: 'submit', line };
  }

  #paste(text: string): Effect[] {
    const effects: Effect[] = [];
    text.split(/\r\n|\r|\n/).forEach((line, index) => {
      if (index > 0) effects.push(this.#submit());
      if (!this.#line.insert(line)) effects.push({ kind: 'bell' });
    });
    return effects;
  }

  #show(line: string | undefined): Effect[] {
    this.#line.endKill();
    if (line === undefined) return [{ kind: 'bell' }];
    this.#line.set(line);
    return [];
  }

  #tab(isSecondTab: boolean): Effect[] {
    this.#line.endKill();
    const { text, cursor } = this.#line;
    const { start, replacement, candidates } = completeWord(text, cursor, this.#complete);
    if (replacement !== undefined && this.#line.replace(start, replacement)) return [];
    if (candidates.length > 1 && isSecondTab) return [{ kind: 'list', candidates }];
    this.#isSecondTab = true;
    return [{ kind: 'bell' }];
  }

  /** True if the search took the key; otherwise the search is over, and the key has its usual meaning. */
  #pressInSearch(key: Key, search: Search): boolean {
    if (key.kind !== 'press') search.type(key.value.replace(/[\r\n]+/g, ' '));
    else if (key.value === 'ctrl-r') search.older();
    else if (key.value === 'backspace') search.erase();
    else {
      this.#search = undefined;
      const isCancelled = ['ctrl-c', 'ctrl-g', 'escape'].includes(key.value);
      if (!isCancelled && search.found !== undefined) this.#line.set(search.found, search.place);
      return isCancelled;
    }
    return true;
  }
}
