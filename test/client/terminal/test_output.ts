// An output that remembers what was written and drains when the test says so.

import { EventEmitter } from 'node:events';

import type { TextOutput } from '../../../src/client/terminal/system';

interface Shape {
  readonly isTTY: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export class TestOutput extends EventEmitter implements TextOutput {
  readonly isTTY: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly writes: string[] = [];
  /** What `write` answers: false while the reader is behind. */
  isKeepingUp = true;

  constructor({ isTTY, columns = 80, rows = 24 }: Shape) {
    super();
    this.isTTY = isTTY;
    this.columns = columns;
    this.rows = rows;
  }

  get text(): string {
    return this.writes.join('');
  }

  write(text: string): boolean {
    this.writes.push(text);
    return this.isKeepingUp;
  }

  drain(): void {
    this.isKeepingUp = true;
    this.emit('drain');
  }
}
