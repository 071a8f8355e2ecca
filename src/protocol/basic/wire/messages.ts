// What a client of the basic protocol says of its connection (source 003, part 0). On the wire there are only bytes.

export const texts = {
  cannotConnect: (host: string, port: number) => `Unable to connect to ${host}:${port}`,
  disconnected: (host: string, port: number) => `Server at ${host}:${port} has disconnected`,
} as const;
