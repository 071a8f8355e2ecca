// The files of one connection by themselves: what is sent counts only if it leaves, an unfinished upload leaves nothing.

import { expect, test } from 'bun:test';

import type { Socket } from '../../src/net/socket';
import type { Sink } from '../../src/protocol/dialect';
import { type FileHash, ok, type Result } from '../../src/protocol/model';
import type { FileStore } from '../../src/server/files/files';
import type { FileReaderEvents } from '../../src/server/files/reader';
import { FileTransfers } from '../../src/server/net/file_transfers';

const hash = 'a'.repeat(64) as FileHash;

/** Transfers over a socket that takes everything, and files whose answers the test gives. */
function fileTransfers() {
  const log: string[] = [];
  const state = { isEnded: false, queued: 0 };
  let reader: FileReaderEvents | undefined;
  let stored: Parameters<Sink['finish']>[0] | undefined;
  const files: FileStore = {
    read: (_, __, events) => {
      reader = events;
      return { next: () => void log.push('read'), close: () => void log.push('closed') };
    },
    receive: () => ({
      write: (bytes) => void log.push(`write ${bytes.length}`),
      finish: (done) => (stored = done),
      abandon: () => void log.push('abandoned'),
    }),
    release() {},
    unpin: () => void log.push('unpinned'),
  };
  const socket: Socket = {
    host: '127.0.0.1',
    remote: { host: '10.0.0.1', port: 1 },
    local: { host: '10.0.0.2', port: 2 },
    get queued() {
      return state.queued;
    },
    room: Infinity,
    write: (bytes) => void log.push(`sent ${bytes.length}`),
    end() {},
    abort() {},
    keepAlive() {},
    pause() {},
    resume() {},
  };
  const transfers = new FileTransfers({
    files,
    socket,
    owner: { address: '10.0.0.1' },
    isEnded: () => state.isEnded,
    run: (step) => step(),
    full() {},
  });
  const results: Result<unknown, string>[] = [];
  return {
    log,
    state,
    transfers,
    results,
    send: () => transfers.send(hash, (result) => void results.push(result)),
    piece: (length: number) => reader?.piece(new Uint8Array(length)),
    complete: () => reader?.end(true),
    stored: () => stored?.(ok({ hash, size: 1 })),
  };
}

test('the next piece is read when the last has left', () => {
  const { log, state, transfers, send, piece, complete, results } = fileTransfers();
  send();
  state.queued = 5;
  piece(5);
  expect(log).toEqual(['read', 'sent 5']);
  state.queued = 0;
  transfers.drained();
  expect(log).toEqual(['read', 'sent 5', 'read']);
  complete();
  expect(results).toEqual([{ ok: true, value: undefined }]);
});

test('a piece that comes when our side has ended is not sent, and the file does not count as sent', () => {
  const { log, state, send, piece, results } = fileTransfers();
  send();
  state.isEnded = true;
  piece(5);
  expect(log).toEqual(['read', 'closed']);
  expect(results).toEqual([{ ok: false, why: 'gone' }]);
});

test('a connection that is lost abandons what is on its way, and stops reading', () => {
  const { log, transfers, send } = fileTransfers();
  send();
  transfers.receive(10, () => {}).write(new Uint8Array(3));
  transfers.close();
  expect(log).toEqual(['read', 'write 3', 'closed', 'abandoned']);
});

test('an upload is kept until no command can name it any more, also where the connection is gone by then', () => {
  const first = fileTransfers();
  first.transfers.receive(1, () => {}).finish(() => {});
  first.stored();
  first.transfers.close();
  expect(first.log).toEqual([]);
  first.transfers.unpin();
  first.transfers.unpin();
  expect(first.log).toEqual(['unpinned']);

  const late = fileTransfers();
  late.transfers.receive(1, () => {}).finish(() => {});
  late.transfers.close();
  late.transfers.unpin();
  late.stored();
  expect(late.log).toEqual(['abandoned', 'unpinned']);
});
