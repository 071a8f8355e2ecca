// What a dialogue needs of the system: an input, an output, and the process. Tests replace each of them.

/** The part of `process.stdin` that is needed. */
export interface TextInput {
  readonly isTTY?: boolean | undefined;
  setRawMode?(isRaw: boolean): unknown;
  on(event: 'data', call: (bytes: Uint8Array) => void): unknown;
  on(event: 'end' | 'close', call: () => void): unknown;
  on(event: 'error', call: (error: Error) => void): unknown;
  off(event: 'data', call: (bytes: Uint8Array) => void): unknown;
  off(event: 'end' | 'close', call: () => void): unknown;
  off(event: 'error', call: (error: Error) => void): unknown;
  pause(): unknown;
  resume(): unknown;
}

/** The part of `process.stdout` or `process.stderr` that is needed. */
export interface TextOutput {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): boolean;
  on(event: 'resize' | 'drain' | 'close', call: () => void): unknown;
  on(event: 'error', call: (error: Error) => void): unknown;
  off(event: 'resize' | 'drain' | 'close', call: () => void): unknown;
  off(event: 'error', call: (error: Error) => void): unknown;
}

export type TerminalSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT' | 'SIGTSTP' | 'SIGCONT';

/** The part of `process` that is needed. */
export interface SystemProcess {
  readonly pid: number;
  on(event: TerminalSignal | 'exit', call: () => void): unknown;
  off(event: TerminalSignal | 'exit', call: () => void): unknown;
  listenerCount(event: TerminalSignal): number;
  kill(pid: number, signal: TerminalSignal): unknown;
}
