// What a line asks of the client and not of the server, where the protocol has no such words of its own.

/** Only of a person at a terminal: a script's lines are the protocol's. */
export function localWord(line: string): 'help' | 'quit' | undefined {
  switch (line.trim().toLowerCase()) {
    case '/help':
    case '/?':
      return 'help';
    case '/quit':
    case '/exit':
      return 'quit';
    default:
      return undefined;
  }
}
