// What one line of a client is answered: its lines, behind the label that the client gave it.

import { cutText } from '../../bytes/text';
import { limits } from '../../limits';
import { capabilities } from '../wire/capabilities';
import { escapeTag, formatLine, formatTags } from '../wire/message';
import { serverName } from './door';

/** What a client gave, where it stands in the middle of a line of ours. */
const asParameter = (text: string): string =>
  text === '' || text.includes(' ') || text.startsWith(':')
    ? '*'
    : (cutText(text, limits.hub.nameBytes)[0] ?? '*');

/** Where the lines go. */
export interface Out {
  readonly mask: number;
  readonly shownNick: string;
  /** The number of the next batch. */
  nextBatch(): string;
  writeLines(lines: readonly string[]): void;
}

interface Held {
  readonly tags: readonly string[];
  readonly body: string;
}

export class Answer {
  readonly #out: Out;
  readonly #label: string | undefined;
  #lines: Held[] = [];
  #batch: string | undefined;
  #isOpen = false;
  #isDone = false;
  /** Called when it is over: the next line may be taken. */
  over: (() => void) | undefined;

  /** `label`: as the client gave it, where it may give one. */
  constructor(out: Out, label: string | undefined) {
    this.#out = out;
    this.#label = label;
  }

  /** A line of the server's own. */
  line(command: string, params: readonly string[], trailing?: string): this {
    return this.body(formatLine(serverName, command, params, trailing));
  }

  /** A numeric: the client's nick stands in front of what it says. */
  numeric(code: string, params: readonly string[] = [], trailing?: string): this {
    return this.line(code, [this.#out.shownNick, ...params.map(asParameter)], trailing);
  }

  /** A line that is not the server's. */
  body(body: string, tags: readonly string[] = []): this {
    if (this.#isOpen) this.#out.writeLines([this.#inBatch({ tags, body })]);
    else this.#lines.push({ tags, body });
    return this;
  }

  /** What a client that knows standard replies is told; others get a NOTICE. */
  fail(command: string, code: string, context: readonly string[], text: string): this {
    if ((this.#out.mask & capabilities['standard-replies']) !== 0)
      return this.line('FAIL', [command, code, ...context], text);
    return this.line('NOTICE', [this.#out.shownNick], `${command}: ${text}`);
  }

  /** From now on lines leave at once, so that what others do meanwhile stands behind them. */
  open(): this {
    if (this.#isOpen) return this;
    this.#isOpen = true;
    const lines = this.#lines.splice(0);
    if (this.#label !== undefined) this.#begin();
    this.#out.writeLines(lines.map((line) => this.#inBatch(line)));
    return this;
  }

  done(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    if (this.#isOpen) {
      if (this.#batch !== undefined)
        this.#out.writeLines([formatLine(serverName, 'BATCH', [`-${this.#batch}`])]);
    } else this.#writeAll();
    this.over?.();
  }

  #writeAll(): void {
    const [first] = this.#lines;
    if (this.#label === undefined)
      return this.#out.writeLines(this.#lines.map((line) => this.#inBatch(line)));
    const label = `label=${escapeTag(this.#label)}`;
    if (first === undefined)
      this.#out.writeLines([formatTags([label]) + formatLine(serverName, 'ACK', [])]);
    else if (this.#lines.length === 1)
      this.#out.writeLines([formatTags([label, ...first.tags]) + first.body]);
    else {
      this.#isDone = false;
      this.open();
      this.#isDone = true;
      this.#out.writeLines([formatLine(serverName, 'BATCH', [`-${this.#batch ?? ''}`])]);
    }
  }

  #begin(): void {
    this.#batch = this.#out.nextBatch();
    const begin = formatLine(serverName, 'BATCH', [`+${this.#batch}`, 'labeled-response']);
    this.#out.writeLines([formatTags([`label=${escapeTag(this.#label ?? '')}`]) + begin]);
  }

  #inBatch({ tags, body }: Held): string {
    return formatTags(this.#batch === undefined ? tags : [`batch=${this.#batch}`, ...tags]) + body;
  }
}
