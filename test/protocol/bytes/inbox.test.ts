// What has arrived and is not taken: the same bytes in order, whatever the pieces, and views that nothing changes later.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { Inbox } from '../../../src/protocol/bytes/inbox';
import { workOf } from '../../support/work';

/** What can be done with an inbox, and with the plain array of bytes that it stands for. */
type Step =
  | { readonly do: 'push'; readonly bytes: readonly number[] }
  | { readonly do: 'take' | 'peek' | 'skip'; readonly count: number }
  | { readonly do: 'find'; readonly byte: number; readonly from: number }
  | { readonly do: 'compact' };

const byte = fc.integer({ min: 0, max: 3 });
const count = fc.integer({ min: 0, max: 9 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.array(byte, { maxLength: 9 }).map((bytes) => ({ do: 'push', bytes }) as const),
  fc
    .tuple(fc.constantFrom('take', 'peek', 'skip'), count)
    .map(([name, most]) => ({ do: name, count: most }) as const),
  fc.tuple(byte, count).map(([of, from]) => ({ do: 'find', byte: of, from }) as const),
  fc.constant({ do: 'compact' } as const),
);

describe('an inbox', () => {
  test('is a queue of bytes', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const inbox = new Inbox();
        let model: number[] = [];
        const taken: [Uint8Array, readonly number[]][] = [];
        for (const next of steps) {
          if (next.do === 'push') {
            inbox.push(Uint8Array.from(next.bytes));
            model.push(...next.bytes);
          } else if (next.do === 'compact') {
            inbox.compact();
          } else if (next.do === 'find') {
            expect(inbox.indexOf(next.byte, next.from)).toBe(model.indexOf(next.byte, next.from));
          } else if (next.do === 'skip') {
            inbox.skip(next.count);
            model = model.slice(next.count);
          } else {
            const piece = inbox[next.do](next.count);
            const expected = model.length < next.count ? undefined : model.slice(0, next.count);
            expect(piece && [...piece]).toEqual(expected);
            if (piece && expected) taken.push([piece, expected]);
            if (piece && next.do === 'take') model = model.slice(next.count);
          }
          expect(inbox.length).toBe(model.length);
        }
        for (const [piece, expected] of taken) expect([...piece]).toEqual([...expected]);
      }),
      { numRuns: 2000 },
    );
  });

  test('takes what comes a byte at a time, and looks for its end each time, in linear time', () => {
    const { steps } = workOf(() => {
      const inbox = new Inbox();
      for (let length = 0; length < 65_536; length++) {
        inbox.push(Uint8Array.of(1));
        expect(inbox.indexOf(0)).toBe(-1);
        inbox.compact();
      }
    });
    expect(steps).toBeLessThan(20 * 65_536);
  });
});

test('what is left of a large received buffer does not keep all of it', () => {
  const inbox = new Inbox();
  inbox.push(Buffer.alloc(100_000, 'x'));
  inbox.take(99_990);
  inbox.compact();
  expect(inbox.peek(10)?.buffer.byteLength).toBe(10);
});
