// What the terminal needs of the world: an input, an output and signals, all replaceable in tests.

/** `process.stdin`, or as much of it as is needed. */
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

/** `process.stdout` or `process.stderr`, or as much of it as is needed. */
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

/** `process`, or as much of it as is needed. */
export interface SystemProcess {
  readonly pid: number;
  on(event: TerminalSignal | 'exit', call: () => void): unknown;
  off(event: TerminalSignal | 'exit', call: () => void): unknown;
  listenerCount(event: TerminalSignal): number;
  kill(pid: number, signal: TerminalSignal): unknown;
}
