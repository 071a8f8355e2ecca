// One line of text with a cursor, and every edit that a key can make in it.

import {
  blankStartBefore,
  borderAfter,
  borderBefore,
  borderFrom,
  wordEndAfter,
  wordStartBefore,
} from './graphemes';

const controls = /[\x00-\x1f\x7f-\x9f]/g;

/** The text without controls, and with a space for each TAB: a line contains no controls, even if some were pasted. */
const printable = (text: string): string => text.replaceAll('\t', ' ').replace(controls, '');

export class Line {
  readonly #max: number;
  #text = '';
  #cursor = 0;
  #killed = '';
  #isKilling = false;

  /** `max`: the longest line, in UTF-16 units. What would make it longer is not inserted. */
  constructor(max: number) {
    this.#max = max;
  }

  get text(): string {
    return this.#text;
  }

  /** The place of the next character in `text`. It is always between two visible characters. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Replaces the whole line; the cursor goes to the end unless a place is given. */
  set(text: string, cursor = text.length): void {
    this.#text = printable(text).slice(0, this.#max);
    this.#moveTo(Math.min(cursor, this.#text.length));
  }

  /** Inserts a text at the cursor. Gives false if it does not fit. */
  insert(text: string): boolean {
    return this.replace(this.#cursor, text);
  }

  /** Puts a text in place of what stands from `start` to the cursor. Gives false if it does not fit. */
  replace(start: number, replacement: string): boolean {
    const text = printable(replacement);
    if (this.#text.length - (this.#cursor - start) + text.length > this.#max) return false;
    const after = this.#text.slice(this.#cursor);
    this.#text = this.#text.slice(0, start) + text + after;
    // What was inserted may be one visible character together with what follows it.
    this.#moveTo(start + text.length);
    return true;
  }

  left(): void {
    this.#moveTo(borderBefore(this.#text, this.#cursor));
  }

  right(): void {
    this.#moveTo(borderAfter(this.#text, this.#cursor));
  }

  home(): void {
    this.#moveTo(0);
  }

  end(): void {
    this.#moveTo(this.#text.length);
  }

  wordLeft(): void {
    this.#moveTo(wordStartBefore(this.#text, this.#cursor));
  }

  wordRight(): void {
    this.#moveTo(wordEndAfter(this.#text, this.#cursor));
  }

  /** Deletes the character before the cursor. */
  deleteBefore(): void {
    this.#cut(borderBefore(this.#text, this.#cursor), this.#cursor);
  }

  /** Deletes the character after the cursor. */
  deleteAfter(): void {
    this.#cut(this.#cursor, borderAfter(this.#text, this.#cursor));
  }

  killToEnd(): void {
    this.#kill(this.#cursor, this.#text.length);
  }

  killToStart(): void {
    this.#kill(0, this.#cursor);
  }

  killWordBefore(): void {
    this.#kill(wordStartBefore(this.#text, this.#cursor), this.#cursor);
  }

  /** Like `killWordBefore`, but a word is everything between white space. */
  killBlankBefore(): void {
    this.#kill(blankStartBefore(this.#text, this.#cursor), this.#cursor);
  }

  killWordAfter(): void {
    this.#kill(this.#cursor, wordEndAfter(this.#text, this.#cursor));
  }

  /** The next kill begins a new text, instead of adding to the last one. */
  endKill(): void {
    this.#isKilling = false;
  }

  /** Inserts the text that was killed last. */
  yank(): boolean {
    return this.insert(this.#killed);
  }

  /** Swaps the characters around the cursor; at the end of the line, the last two. */
  transpose(): void {
    const between =
      this.#cursor === this.#text.length ? borderBefore(this.#text, this.#cursor) : this.#cursor;
    const start = borderBefore(this.#text, between);
    const end = borderAfter(this.#text, between);
    if (start === between || between === end) return;
    const swapped = this.#text.slice(between, end) + this.#text.slice(start, between);
    this.#text = this.#text.slice(0, start) + swapped + this.#text.slice(end);
    this.#moveTo(end);
  }

  #moveTo(at: number): void {
    this.#cursor = borderFrom(this.#text, at);
  }

  #cut(start: number, end: number): void {
    this.#text = this.#text.slice(0, start) + this.#text.slice(end);
    this.#moveTo(start);
  }

  /** Deletes and remembers a text. Kills one after another are remembered as one text. */
  #kill(start: number, end: number): void {
    const cut = this.#text.slice(start, end);
    const isBefore = end === this.#cursor && start < end;
    const kept = this.#isKilling ? this.#killed : '';
    if (cut !== '') this.#killed = isBefore ? cut + kept : kept + cut;
    this.#isKilling = true;
    this.#cut(start, end);
  }
}
