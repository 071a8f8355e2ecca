// Messages among connected users: sent, received by the recipient, confirmed to the sender. Each takes until all three.

import type { Community } from './community';
import { exchange } from './exchange';
import type { Job, Measured } from './jobs';
import { run, Wrongs } from './run';
import { decodeFields, encodeFields, shown } from './wire';

interface Flight {
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly startedMs: number;
  readonly done: (ms: number) => void;
  isDelivered: boolean;
  id: string | undefined;
  isAnswered: boolean;
  isConfirmed: boolean;
}

/** Tells one run's texts from another's. */
let runs = 0;

export async function deliveries(
  job: Extract<Job, { do: 'deliveries' }>,
  community: Community,
): Promise<Measured> {
  const { here } = community;
  const wrongs = new Wrongs();
  const number = ++runs;
  const byText = new Map<string, Flight>();
  const byId = new Map<string, Flight>();
  /** Confirmations that a server which does not wait for the recipient has sent before the message was heard. */
  const early = new Set<string>();

  const step = (flight: Flight): void => {
    if (!flight.isAnswered || !flight.isConfirmed || !flight.isDelivered) return;
    byText.delete(flight.text);
    byId.delete(`${flight.from} ${flight.id}`);
    flight.done(performance.now() - flight.startedMs);
  };

  /** The id is told by the answer and by the message, in either order. */
  const numbered = (flight: Flight, id: string): void => {
    if (flight.id === undefined) {
      flight.id = id;
      byId.set(`${flight.from} ${id}`, flight);
    } else if (flight.id !== id) {
      wrongs.add(`${flight.text} is ${flight.id} in one place and ${id} in another`);
    }
  };

  const message = (user: string, [from, id, text]: readonly string[]): void => {
    const flight = byText.get(text ?? '');
    if (!flight || flight.isDelivered) {
      wrongs.add(`${user} heard twice, or too late: ${text}`);
    } else if (flight.to !== user || flight.from !== from) {
      wrongs.add(`${user} heard from ${from} what ${flight.from} said to ${flight.to}`);
    } else {
      flight.isDelivered = true;
      numbered(flight, id ?? '');
      if (early.delete(`${flight.from} ${id}`)) flight.isConfirmed = true;
      step(flight);
    }
  };

  const confirmation = (user: string, id: string | undefined): void => {
    const flight = byId.get(`${user} ${id}`);
    if (job.confirmsUnseen === true && flight?.isDelivered !== true) {
      early.add(`${user} ${id}`);
    } else if (!flight || flight.isConfirmed || !flight.isDelivered) {
      wrongs.add(`${user} was told too early, or twice, that ${id} arrived`);
    } else {
      flight.isConfirmed = true;
      step(flight);
    }
  };

  community.heard = (user, fields) => {
    const [call, ...rest] = fields ?? [];
    if (call === 'SEND_MESSAGE' && rest.length === 3) message(user, rest);
    else if (call === 'SEND_MESS_ACK' && rest.length === 1) confirmation(user, rest[0]);
    else wrongs.add(`${user} was called with ${JSON.stringify(fields)}`);
  };

  return run({
    ...job,
    wrongs,
    start(index, done) {
      const from = here[index % here.length] ?? '';
      // Another partner in every round, and never the same recipient twice among those in flight.
      const round = Math.floor(index / here.length);
      const to = here[(index + 1 + (round % (here.length - 1))) % here.length] ?? '';
      const text = `run ${number} message ${index}, as long as most are`;
      const startedMs = performance.now();
      const flight: Flight = {
        from,
        to,
        text,
        startedMs,
        done,
        isDelivered: false,
        id: undefined,
        isAnswered: false,
        isConfirmed: false,
      };
      byText.set(text, flight);
      exchange(job.port, encodeFields('SEND', from, to, text), ({ reply, error }) => {
        const fields = reply?.[0] === 0 ? decodeFields(reply.subarray(1)) : undefined;
        const id = fields?.length === 1 ? fields[0] : undefined;
        if (error !== undefined || id === undefined) {
          wrongs.add(error ?? `SEND was answered ${shown(reply)}`);
        } else {
          const wrong = community.given(from, Number(id));
          if (wrong !== undefined) wrongs.add(wrong);
          numbered(flight, id);
        }
        flight.isAnswered = true;
        step(flight);
      });
    },
    check() {
      for (const gap of community.gaps()) wrongs.add(gap);
      community.heard = () => {};
    },
  });
}
