// Decodes the bytes that a terminal sends into keys, even if a read ends in the middle of one.

import type { Clock } from '../../net/clock';
import { limits } from '../../protocol/limits';
import { readPiece } from './sequence';

/**
 * What the user did at the keyboard: typed a text without controls, pasted a text (it may contain line ends
 * and controls), or pressed a key that has a name: `enter`, `ctrl-a`, `alt-b`, `ctrl-left`,
 * `ctrl-alt-shift-up`. Modifiers stand in the order ctrl, alt, shift; letters are lower case.
 */
export type Key =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'paste'; readonly value: string }
  | { readonly kind: 'press'; readonly value: string };

export interface KeyDecoderOptions {
  readonly clock: Pick<Clock, 'after'>;
  /** How long an unfinished escape sequence waits for its rest, in ms; `limits.terminal.escapeMs` if absent. */
  readonly escapeMs?: number;
  /** How much of one paste is held, in UTF-16 units; `limits.terminal.pasteLength` if absent. */
  readonly pasteMax?: number;
}

const pasteEnd = '\x1b[201~';

export class KeyDecoder {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #onKeys: (keys: Key[]) => void;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #escapeMs: number;
  readonly #pasteMax: number;
  #held = '';
  #isPasting = false;
  #cancelTimer: (() => void) | undefined;

  /** `onKeys` gets the keys of one chunk together, and never an empty list. */
  constructor(onKeys: (keys: Key[]) => void, options: KeyDecoderOptions) {
    this.#onKeys = onKeys;
    this.#clock = options.clock;
    this.#escapeMs = options.escapeMs ?? limits.terminal.escapeMs;
    this.#pasteMax = options.pasteMax ?? limits.terminal.pasteLength;
  }

  push(bytes: Uint8Array): void {
    this.#stopTimer();
    this.#held += this.#decoder.decode(bytes, { stream: true });
    const keys: Key[] = [];
    this.#read(keys);
    if (this.#held !== '' && !this.#isPasting) {
      this.#cancelTimer = this.#clock.after(this.#escapeMs, () => this.#giveUp());
    }
    if (keys.length > 0) this.#onKeys(keys);
  }

  /** Drops what is unfinished: no key comes any more unless bytes do. */
  stop(): void {
    this.#stopTimer();
    this.#held = '';
    this.#isPasting = false;
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #read(keys: Key[]): void {
    let at = 0;
    while (at < this.#held.length) {
      if (this.#isPasting) {
        this.#held = this.#held.slice(at);
        at = 0;
        if (!this.#readPaste(keys)) return;
        continue;
      }
      const piece = readPiece(this.#held, at);
      if (piece.kind === 'more') break;
      at += piece.size;
      if (piece.kind === 'pasteStart') this.#isPasting = true;
      else if (piece.kind === 'text' || piece.kind === 'press')
        keys.push({ kind: piece.kind, value: piece.value });
    }
    this.#held = this.#held.slice(at);
  }

  /** Takes the paste at the front. Gives false while its end has not come. */
  #readPaste(keys: Key[]): boolean {
    const end = this.#held.indexOf(pasteEnd);
    if (end >= 0) {
      if (end > 0) keys.push({ kind: 'paste', value: this.#held.slice(0, end) });
      this.#held = this.#held.slice(end + pasteEnd.length);
      this.#isPasting = false;
      return true;
    }
    // The end mark may have begun, so as many characters as it has stay behind.
    const whole = this.#held.length - pasteEnd.length;
    if (whole > this.#pasteMax) {
      keys.push({ kind: 'paste', value: this.#held.slice(0, whole) });
      this.#held = this.#held.slice(whole);
    }
    return false;
  }

  /** The rest of a sequence did not come: a lone ESC is the Escape key, anything longer was noise. */
  #giveUp(): void {
    this.#cancelTimer = undefined;
    const held = this.#held;
    this.#held = '';
    if (held === '\x1b') this.#onKeys([{ kind: 'press', value: 'escape' }]);
    else if (held === '\x1b\x1b') this.#onKeys([{ kind: 'press', value: 'alt-escape' }]);
    else if (held === '\x1b[' || held === '\x1bO') {
      this.#onKeys([{ kind: 'press', value: `alt-${held.slice(1)}` }]);
    }
  }
}
