// Files of other doors, at the server's side: offered with a message, or sent on to users who cannot be asked.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import type { FileHash } from '../../../src/protocol/model';
import { yes } from '../../support/fake_host';
import { Client, direct, name, no } from './fake_client';

describe('files of other doors', () => {
  const file = { hash: 'cd'.repeat(32) as FileHash, size: 5, name: 'x.png' };

  test('that come with a message are offered behind it, and fetched like any other', () => {
    const client = new Client({
      'offer-waiting': () => yes<'offer-waiting'>({ offer: 8 }),
      'offer-answer': () => yes<'offer-answer'>(undefined),
    });
    client.session.deliver(direct('', { serial: 77, file }), () => {});
    expect(client.hears()).toEqual([
      'Req.Send User=bob To=alice Id=1 | (file x.png, 5 bytes)',
      'File_transfer User=bob Id=m77 Status=offer File-Name=x.png File-Size=5',
    ]);
    client.sends('File_transfer Status=accept Id=m78', 'File_transfer Status=accept Id=m77');
    expect(client.host.commands.at(-1)).toMatchObject({ do: 'offer-waiting', serial: 77 });
    expect(client.hears()).toEqual([
      'Res.Confirmation Id=m78 Status=unknown-file',
      'Res.Confirmation Id=m77 Status=ok',
      'File_transfer Id=m77 Status=accept Token=secret-1------------------------',
    ]);
    client.sends('File_transfer Status=accept Id=m77');
    expect(client.hears()).toEqual(['Res.Confirmation Id=m77 Status=unknown-file']);
    // It could not be fetched.
    client.sends('File_transfer Status=reject Id=m77', 'File_transfer Status=reject Id=m77');
    expect(client.hears()).toEqual([
      'Res.Confirmation Id=m77 Status=ok',
      'Res.Confirmation Id=m77 Status=unknown-file',
    ]);
    expect(client.host.commands.at(-1)).toMatchObject({
      do: 'offer-answer',
      offer: 8,
      accept: false,
    });
  });

  test('are not kept where they are accepted and rejected at once', () => {
    const client = new Client({
      'offer-waiting': () => yes<'offer-waiting'>({ offer: 8 }),
      'file-taken': () => yes<'file-taken'>(undefined),
      'offer-answer': () => yes<'offer-answer'>(undefined),
    });
    client.session.deliver(direct('', { serial: 77, file }), () => {});
    client.host.hold = true;
    client.sends('File_transfer Status=accept Id=m77', 'File_transfer Status=reject Id=m77');
    client.host.hold = false;
    client.host.release();
    expect(client.asked.slice(-3)).toEqual(['offer-waiting', 'file-taken', 'offer-answer']);
  });

  test('are still there where the server could not erase them', () => {
    let count = 0;
    const client = new Client({
      'file-taken': () => (++count < 2 ? no('storage') : yes<'file-taken'>(undefined)),
    });
    client.session.deliver(direct('', { serial: 77, file }), () => {});
    client.hears();
    client.sends('File_transfer Status=reject Id=m77', 'File_transfer Status=reject Id=m77');
    expect(client.hears()).toEqual([
      'Res.Confirmation Id=m77 Status=try-later',
      'Res.Confirmation Id=m77 Status=ok',
    ]);
  });

  test('that were neither taken nor rejected are offered again when the account comes back', () => {
    const files = [{ ...file, serial: 77, from: name('bob') }];
    const client = new Client(
      {
        'files-waiting': () => yes<'files-waiting'>({ files }),
        'file-taken': () => yes<'file-taken'>(undefined),
      },
      false,
    );
    client.host.secrets.set('alice', ['t', 7]);
    client.sends('Req.Connect User=alice Token=t');
    expect(client.hears().slice(1)).toEqual([
      'File_transfer User=bob Id=m77 Status=offer File-Name=x.png File-Size=5',
    ]);
    client.sends('File_transfer Status=reject Id=m77');
    expect(client.hears()).toEqual(['Res.Confirmation Id=m77 Status=ok']);
    expect(client.host.commands.at(-1)).toEqual({ do: 'file-taken', serial: 77 });
  });

  test('are offered a few at a time, and so many at most', () => {
    const most = limits.hub.attachmentsListed;
    const asked: number[] = [];
    const client = new Client(
      {
        'files-waiting': ({ after = 0 }) => {
          asked.push(after);
          const files = Array.from({ length: most }, (_, index) => ({
            ...file,
            serial: after + index + 1,
            from: name('bob'),
          }));
          return yes<'files-waiting'>({ files });
        },
      },
      false,
    );
    client.host.secrets.set('alice', ['t', 7]);
    client.sends('Req.Connect User=alice Token=t');
    const lists = Math.ceil(limits.groups.offeredAtLogin / most);
    expect(asked).toEqual(Array.from({ length: lists }, (_, index) => index * most));
    expect(client.hears()).toHaveLength(1 + lists * most);
  });

  test('for users elsewhere are sent on once they are stored', () => {
    const elsewhere = [name('zoe')];
    const client = new Client({
      offer: () => yes<'offer'>({ offer: 8, asked: [], elsewhere, unknown: [] }),
      'offer-end': () => yes<'offer-end'>(undefined),
    });
    client.sends('File_transfer Status=offer To=zoe Id=4 File-Name=x.png File-Size=5');
    const step = { is: 'offer', offer: 8, origin: 'groups', file } as const;
    client.session.tell({ ...step, step: 'accepted', by: name('zoe') });
    client.session.tell({ ...step, step: 'stored', by: name('alice') });
    expect(client.hears()).toEqual([
      'Res.Confirmation Id=4 Status=ok | zoe\\n',
      'File_transfer User=zoe Id=4 Status=accept Token=secret-1------------------------',
      'File_transfer User=zoe Id=4 Status=done',
    ]);
    expect(client.host.commands.slice(-2)).toMatchObject([
      { do: 'direct', to: 'zoe', text: '', file },
      { do: 'offer-end', offer: 8, to: 'zoe' },
    ]);
  });
});
