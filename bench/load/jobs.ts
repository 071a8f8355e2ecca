// The jobs of the load generator and their results: one line of JSON each way.

/** Operations that are measured one connection each. */
export type Operation = 'CONNECTEDUSERS' | 'REGISTER' | 'SEND';

interface At {
  /** The server's port on loopback. */
  readonly port: number;
}

interface Load extends At {
  /** The server's process, whose CPU time is read before and after. */
  readonly pid: number;
  /** How many there are at once, and in all. */
  readonly inFlight: number;
  readonly count: number;
}

export type Job =
  /** Registers users of these names. If they are to be `here`, they also get a listener and connect. */
  | (At & { readonly do: 'prepare'; readonly names: readonly string[]; readonly here: boolean })
  | (Load & { readonly do: 'operations'; readonly operation: Operation })
  /**
   * Messages among those who are here: each counts once it is answered, delivered and confirmed. `confirmsUnseen`: by a
   * server that does not wait until the recipient has it.
   */
  | (Load & { readonly do: 'deliveries'; readonly confirmsUnseen?: boolean })
  /** Opens `count` connections that stay silent until `release`, when each of them must still serve. */
  | (Load & { readonly do: 'hold' })
  | (Load & { readonly do: 'release' })
  /** Commands on one connection of the line dialect, as fast as it takes them. */
  | (Load & { readonly do: 'stream'; readonly names: readonly string[] });

/** What one run came to. */
export interface Measured {
  readonly count: number;
  readonly wallMs: number;
  /** CPU time of the server: all its threads, user and system. */
  readonly cpuUs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** What was lost or wrong: the first few cases, in words. Empty if nothing was. */
  readonly wrong: readonly string[];
}
