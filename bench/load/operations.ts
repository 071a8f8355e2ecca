// Runs of one operation, one connection each, every answer compared byte by byte with what it must be.

import type { Community } from './community';
import { exchange } from './exchange';
import type { Job, Measured, Operation } from './jobs';
import { run, Wrongs } from './run';
import { areEqual, decodeFields, encodeAnswer, encodeFields, shown } from './wire';

/** A request, and what is wrong with an answer to it, if anything. */
interface Asked {
  readonly request: Uint8Array;
  readonly judge: (reply: Uint8Array) => string | undefined;
}

const expecting = (request: Uint8Array, answer: Uint8Array): Asked => ({
  request,
  judge: (reply) =>
    areEqual(reply, answer) ? undefined : `answered ${shown(reply)} and not ${shown(answer)}`,
});

/** One name after the other, over and over. */
const turn = (names: readonly string[], index: number): string => names[index % names.length] ?? '';

function connectedUsers({ here }: Community): (index: number) => Asked {
  const answer = encodeAnswer(0, String(here.length), ...here);
  const asked = here.map((name) => expecting(encodeFields('CONNECTEDUSERS', name), answer));
  return (index) => asked[index % asked.length] ?? expecting(answer, answer);
}

function register(community: Community): () => Asked {
  const answer = encodeAnswer(0);
  return () =>
    expecting(encodeFields('REGISTER', 'Bench User', community.freshAlias(), '01/02/2003'), answer);
}

/** Messages for users who are away, which are stored. */
function send(community: Community): (index: number) => Asked {
  const { away } = community;
  return (index) => {
    const from = turn(away, index);
    const to = turn(away, index + 1);
    return {
      request: encodeFields('SEND', from, to, `message ${index} of a bench, as long as most are`),
      judge(reply) {
        const fields = reply[0] === 0 ? decodeFields(reply.subarray(1)) : undefined;
        if (fields?.length !== 1) return `SEND was answered ${shown(reply)}`;
        return community.given(from, Number(fields[0]));
      },
    };
  };
}

const asking: Record<Operation, (community: Community) => (index: number) => Asked> = {
  CONNECTEDUSERS: connectedUsers,
  REGISTER: register,
  SEND: send,
};

export async function operations(
  job: Extract<Job, { do: 'operations' }>,
  community: Community,
): Promise<Measured> {
  const ask = asking[job.operation](community);
  const wrongs = new Wrongs();
  return run({
    ...job,
    wrongs,
    start(index, done) {
      const { request, judge } = ask(index);
      exchange(job.port, request, ({ reply, error, ms }) => {
        const wrong = error ?? (reply ? judge(reply) : 'no answer');
        if (wrong !== undefined) wrongs.add(wrong);
        done(ms);
      });
    },
    check() {
      for (const gap of community.gaps()) wrongs.add(gap);
    },
  });
}
