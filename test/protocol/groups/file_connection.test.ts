// The connection that carries a file, at the server's side.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import type { FileHash } from '../../../src/protocol/model';
import { yes } from '../../support/fake_host';
import { Client, no } from './fake_client';

describe('a connection that carries a file', () => {
  const hash = 'ab'.repeat(32) as FileHash;
  const file = { name: 'x', size: 5 };

  test('brings it in pieces, and is answered when it is stored', () => {
    const client = new Client(
      {
        'offer-open': () => yes<'offer-open'>({ offer: 3, file }),
        'offer-stored': () => yes<'offer-stored'>(undefined),
      },
      false,
    );
    client.sends('File_transfer Status=data Token=t Id=9 | hel', 'File_transfer Status=data | lo');
    expect(client.host.received).toEqual([Buffer.from('hello')]);
    expect(client.host.commands.at(-1)).toMatchObject({ do: 'offer-stored', offer: 3 });
    expect(client.hears()).toEqual(['File_transfer Id=9 Status=done']);
    expect(client.host.ending).toBe('ended');
  });

  test.each([
    ['unknown-offer', 'Reason=cancelled | cancelled', undefined],
    ['storage', 'Reason=try-later | the server cannot take it now', 'broken'],
  ] as const)('that has brought all, and then it is %s', (refusal, failure, why) => {
    const client = new Client(
      {
        'offer-open': () => yes<'offer-open'>({ offer: 3, file }),
        'offer-stored': () => no(refusal),
        'offer-end': () => yes<'offer-end'>(undefined),
      },
      false,
    );
    client.sends('File_transfer Status=data Token=t Id=9 | hello');
    expect(client.hears()).toEqual([`File_transfer Id=9 Status=failed ${failure}`]);
    const { do: last, ...more } = client.host.commands.at(-1) ?? { do: '' };
    expect([last, 'why' in more ? more.why : undefined]).toEqual([
      why === undefined ? 'offer-stored' : 'offer-end',
      why,
    ]);
  });

  test('is told at once that its file will not be taken', () => {
    const client = new Client(
      {
        'offer-open': () => yes<'offer-open'>({ offer: 3, file }),
        'offer-end': () => yes<'offer-end'>(undefined),
      },
      false,
    );
    client.sends('File_transfer Status=data Token=t Id=9 | hel');
    client.host.hopeless('no-space');
    expect(client.hears()).toEqual([
      'File_transfer Id=9 Status=failed Reason=no-space | no space for the file',
    ]);
    expect(client.host.commands.at(-1)).toMatchObject({ do: 'offer-end', why: 'no-space' });
    expect(client.host.ending).toBe('ended');
  });

  test('that is lost before the hub has said what it is for has failed as well', () => {
    const client = new Client(
      {
        'offer-open': () => yes<'offer-open'>({ offer: 3, file: { ...file, hash } }),
        'offer-end': () => yes<'offer-end'>(undefined),
      },
      false,
    );
    client.host.hold = true;
    client.sends('File_transfer Status=data Token=t Id=f3');
    client.session.lost();
    client.host.hold = false;
    client.host.release();
    expect(client.host.commands.at(-1)).toMatchObject({ do: 'offer-end', why: 'gone' });
    expect(client.host.filesSent).toEqual([]);
  });

  test('fetches it, and settles when its client says that it has it', () => {
    const client = new Client(
      {
        'offer-open': () => yes<'offer-open'>({ offer: 3, file: { ...file, hash } }),
        'offer-end': () => yes<'offer-end'>(undefined),
      },
      false,
    );
    client.sends('File_transfer Status=data Token=t Id=f3');
    expect(client.host.filesSent).toEqual([hash]);
    expect(client.hears()).toEqual(['File_transfer Id=f3 Status=done']);
    expect(client.asked).toEqual(['offer-open']);
    client.sends('File_transfer Status=done Id=f3');
    expect(client.host.commands.at(-1)).toEqual({
      do: 'offer-end',
      session: client.host.session,
    });
    expect(client.host.ending).toBe('ended');
  });

  test.each([
    ['File_transfer Status=failed Reason=no-space | no space for the file', 'no-space'],
    ['File_transfer Status=failed', 'cancelled'],
    ['Req.List', 'broken'],
    ['File_transfer Status=data | more than was offered', 'broken'],
  ] as const)('fails by %p as %s', (line, why) => {
    const client = new Client(
      {
        'offer-open': () => yes<'offer-open'>({ offer: 3, file }),
        'offer-end': () => yes<'offer-end'>(undefined),
      },
      false,
    );
    client.sends('File_transfer Status=data Token=t Id=9 | hel', line);
    expect(client.host.commands.at(-1)).toMatchObject({ do: 'offer-end', why });
    expect(client.host.received).toEqual([]);
    expect(client.host.ending).toBe('ended');
  });

  test('that is lost, silent or half closed in the middle has failed', () => {
    for (const end of ['lost', 'woke', 'ended', 'closing'] as const) {
      const client = new Client(
        {
          'offer-open': () => yes<'offer-open'>({ offer: 3, file }),
          'offer-end': () => yes<'offer-end'>(undefined),
        },
        false,
      );
      client.sends('File_transfer Status=data Token=t Id=9 | hel');
      expect(client.host.wakeMs).toBe(limits.net.pieceMs);
      client.session[end]();
      expect(client.host.commands.at(-1)).toMatchObject({ do: 'offer-end', why: 'gone' });
    }
  });

  test('with a token that is good for nothing is refused', () => {
    const client = new Client({ 'offer-open': () => no('unknown-offer') }, false);
    client.sends('File_transfer Status=data Token=t Id=9');
    expect(client.hears()).toEqual([
      'File_transfer Id=9 Status=failed Reason=unknown-file | no such transfer',
    ]);
    expect(client.host.ending).toBe('ended');
  });
});
