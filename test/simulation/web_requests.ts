// Requests of a user at the page's door: answered in order, and asked again under their key when the connection breaks.

import type { Fields, WebLines } from '../protocol/web/person';
import type { Connection } from './network';

export interface Request {
  readonly request: Fields;
  readonly done: (value: Fields) => void;
  /** `wasLost`: it was asked before, and what became of it then was not known. */
  readonly refused: (why: string, wasLost: boolean) => void;
  /** What becomes of it when nobody answers. Without it, it is asked again under its key. */
  readonly lost?: () => void;
  readonly wasLost?: boolean;
}

/** The disk was full, or too much was asked at once. */
export const isBusy = (why: string): boolean => why === 'storage' || why === 'overloaded';

export class Requests {
  readonly #violated: (what: string) => never;
  #refs = 0;
  /** In the order in which they were asked, which is the order of the answers. */
  readonly #pending = new Map<number, Request>();
  #again: Request[] = [];
  client: WebLines<Connection> | undefined;

  constructor(violated: (what: string) => never) {
    this.#violated = violated;
  }

  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  /** Everything that is not answered, those that wait for the next connection among them. */
  get open(): readonly Request[] {
    return [...this.#pending.values(), ...this.#again];
  }

  ask(request: Request): void {
    const ref = ++this.#refs;
    this.#pending.set(ref, request);
    this.client?.send({ ...request.request, ref });
  }

  askAgain(): void {
    for (const request of this.#again.splice(0)) this.ask(request);
  }

  answered(reply: Fields): void {
    const ref = Number(reply['ref']);
    const [first] = this.#pending.keys();
    if (ref !== first) this.#violated(`answer ${ref} came before ${first ?? 0}`);
    const request = this.#pending.get(ref);
    this.#pending.delete(ref);
    if (reply['is'] === 'done') request?.done(reply['value'] as Fields);
    else request?.refused(String(reply['why']), request.wasLost === true);
  }

  /** The connection is no more. */
  lost(): void {
    for (const request of this.#pending.values()) {
      if (request.lost) request.lost();
      else this.#again.push({ ...request, wasLost: true });
    }
    this.#pending.clear();
  }
}
