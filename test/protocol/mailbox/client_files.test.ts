// Files that a client sends and fetches.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import { connected, type TestClient } from './client';
import { code } from './support';

const nothingWaits = [
  "Nothing of bob's waits for you under 3: it was fetched, or is too old, or never was.",
  'A file is given to the address that its user is connected from.',
];

describe('attachments', () => {
  test('SENDATTACH: the request, then the file, then the reply', () => {
    const one = connected();
    one.host.files.set('/tmp/x y.png', { name: 'x y.png', size: 5, close() {} });
    one.type('SENDATTACH bob "/tmp/x y.png" look at this');
    expect(one.host.request()).toEqual([
      'SENDATTACH',
      'alice',
      'bob',
      'look at this',
      'x y.png',
      '5',
    ]);
    one.host.connections.at(-1)?.sent?.({ ok: true, value: undefined });
    one.host.answer(`${code(0)}4\0`);
    expect(one.host.takeLines()).toEqual([
      'c> SENDATTACH bob /tmp/x y.png look at this',
      's> SENDATTACH OK - MESSAGE 4',
    ]);
  });

  test.each([
    [code(1), 's> SENDATTACH FAIL / USER DOES NOT EXIST', 'unknown-user'],
    [code(2), 's> SENDATTACH FAIL', 'try-later'],
    ['', 's> SENDATTACH FAIL', 'unreachable'],
  ] as const)('SENDATTACH refused before all was sent: %j', (answer, line, ending) => {
    const one = connected();
    one.host.files.set('x', { name: 'x', size: 5, close() {} });
    one.type('SENDATTACH bob x');
    one.host.answer(answer);
    expect(one.host.takeLines()).toEqual(['c> SENDATTACH bob x', line]);
    expect(one.endings).toEqual([ending]);
    expect(one.host.connections.at(-1)?.ending).not.toBe('open');
    // It no longer matters what becomes of the file.
    one.host.connections.at(-1)?.sent?.({ ok: false, why: 'gone' });
    expect(one.endings.length).toBe(1);
  });

  test('SENDATTACH of what cannot be read, and of a file that got shorter', () => {
    const one = connected();
    one.type('SENDATTACH bob nothing.txt');
    expect(one.host.request()).toEqual([]);
    expect(one.host.takeLines()).toEqual([
      'c> SENDATTACH bob nothing.txt',
      's> SENDATTACH FAIL',
      'nothing.txt cannot be read: there is no such file.',
    ]);
    one.host.files.set('x', { name: 'x', size: 5, close() {} });
    one.type('SENDATTACH bob x');
    one.host.request();
    one.host.connections.at(-1)?.sent?.({ ok: false, why: 'gone' });
    expect(one.host.connections.at(-1)?.ending).toBe('aborted');
    expect(one.endings).toEqual(['bad-data', 'unreachable']);
  });

  test('a file’s own name is made a base name that every server takes', () => {
    const one = connected();
    one.host.files.set('x', { name: 'a\\b\nc', size: 0, close() {} });
    one.type('SENDATTACH bob x');
    expect(one.host.request()[4]).toBe('a_b_c');
  });

  test('GETFILE: saved, and only then the connection is ended', () => {
    const one = connected();
    one.host.listeners[0]?.received({
      call: 'SEND_MESSAGE_ATTACH',
      from: 'bob',
      id: '3',
      text: 'see',
      file: 'photo.jpg',
    });
    one.host.takeLines();
    one.type('GETFILE bob 3');
    expect(one.host.request()).toEqual(['GETFILE', 'alice', 'bob', '3']);
    const connection = one.host.connections.at(-1);
    connection?.push(Buffer.from(`${code(0)}5\0ab`));
    expect(connection?.ending).toBe('open');
    connection?.push(Buffer.from('\0cd'));
    expect(connection?.ending).toBe('ended');
    expect(connection?.saved?.name).toBe('photo.jpg');
    expect(Buffer.concat(connection?.saved?.bytes ?? []).toString()).toBe('ab\0cd');
    expect(one.host.takeLines()).toEqual(['c> GETFILE bob 3', 's> GETFILE OK - FILE photo.jpg']);
  });

  test('GETFILE: where the user says, and under sender and id where no name is known', () => {
    const one = connected();
    one.type('GETFILE bob 3 "/tmp/my file"');
    one.host.answer(`${code(0)}0\0`);
    expect(one.host.connections.at(-1)?.saved).toMatchObject({
      path: '/tmp/my file',
      name: 'bob-3',
    });
    expect(one.endings).toEqual(['done']);
  });

  test('GETFILE: the name from the note in a text', () => {
    const one = connected();
    // Right after CONNECT the server would bring it again as a file.
    one.host.time += limits.mailbox.attachesMs + 1;
    one.host.listeners[0]?.received({
      call: 'SEND_MESSAGE',
      from: 'bob',
      id: '3',
      text: 'see (file photo.jpg, 5 bytes: GETFILE bob 3)',
    });
    one.type('GETFILE bob 3');
    one.host.answer(`${code(0)}0\0`);
    expect(one.host.connections.at(-1)?.saved?.name).toBe('photo.jpg');
  });

  test.each([
    [code(1), 's> GETFILE FAIL / USER DOES NOT EXIST', 'unknown-user'],
    [code(2), 's> GETFILE FAIL', 'not-allowed'],
    ['', 's> GETFILE FAIL', 'unreachable'],
    [`${code(0)}5\0abc`, 's> GETFILE FAIL', 'unreachable'],
  ] as const)('GETFILE: %j', (answer, line, ending) => {
    const one = connected();
    one.type('GETFILE bob 3');
    one.host.answer(answer);
    const why = ending === 'not-allowed' ? nothingWaits : [];
    expect(one.host.takeLines()).toEqual(['c> GETFILE bob 3', line, ...why]);
    expect(one.endings).toEqual([ending]);
    const connection = one.host.connections.at(-1);
    expect(connection?.isAbandoned).toBe(connection?.saved !== undefined);
  });

  test('GETFILE: a size that is none is shown', () => {
    const one = connected();
    one.type('GETFILE bob 3');
    one.host.answer(`${code(0)}x\0`);
    expect(one.host.takeLines()).toEqual([
      'c> GETFILE bob 3',
      's> GETFILE FAIL',
      'The server answered what is no reply of this protocol: x',
    ]);
  });

  test('GETFILE: if the file cannot be written, the connection is reset, so the server keeps it', () => {
    const one = connected();
    one.type('GETFILE bob 3');
    one.host.request();
    const connection = one.host.connections.at(-1);
    if (connection) connection.canSave = false;
    connection?.push(Buffer.from(`${code(0)}2\0ab`));
    expect(connection?.ending).toBe('aborted');
    expect(one.host.takeLines()).toEqual([
      'c> GETFILE bob 3',
      's> GETFILE FAIL',
      'The file cannot be written there; the server keeps it.',
    ]);
    expect(one.endings).toEqual(['unwritable']);
  });
});

describe('at a terminal, a file that is under way', () => {
  function uploading(): TestClient {
    const one = connected({ interactive: true });
    one.host.files.set('big.iso', { name: 'big.iso', size: 1 << 30, close() {} });
    one.type('SENDATTACH bob big.iso');
    one.host.request();
    one.host.takeLines();
    return one;
  }

  test('lets its user type on, and is told when it is over', () => {
    const one = uploading();
    const upload = one.host.connection;
    expect(one.endings).toEqual(['done']);
    one.type('SEND bob hi');
    one.host.answer(`${code(0)}7\0`);
    expect(one.host.takeLines()).toEqual(['c> SEND bob hi', 's> SEND OK - MESSAGE 7']);
    upload.push(Buffer.from(`${code(0)}8\0`));
    expect(one.host.takeLines()).toEqual(['s> SENDATTACH OK - MESSAGE 8']);
  });

  test('is cancelled by its name, or with all', () => {
    for (const line of ['CANCEL', 'cancel big.iso']) {
      const one = uploading();
      one.type('CANCEL other');
      expect(one.host.takeLines()).toEqual(['No file other is under way.']);
      one.type(line);
      expect(one.host.takeLines()).toEqual(['s> SENDATTACH FAIL', 'big.iso was cancelled.']);
      expect(one.host.connection.ending).toBe('aborted');
      one.type('CANCEL');
      expect(one.host.takeLines()).toEqual(['No file is under way.']);
    }
  });

  test('that comes is cancelled without leaving a part of it', () => {
    const one = connected({ interactive: true });
    one.type('GETFILE bob 3');
    one.host.request();
    one.host.connection.push(Buffer.from(`${code(0)}100\0abc`));
    one.host.takeLines();
    one.type('CANCEL');
    expect(one.host.connections.at(-1)?.isAbandoned).toBe(true);
    expect(one.host.takeLines()).toEqual([
      's> GETFILE FAIL',
      'bob-3 was cancelled; the server keeps it.',
    ]);
  });

  test('is not dropped by the first QUIT', () => {
    const one = uploading();
    one.type('QUIT');
    expect(one.host.takeLines()).toEqual([
      'Still under way: big.iso. QUIT again drops that, CANCEL as well.',
    ]);
    one.type('QUIT');
    expect(one.host.takeLines()).toEqual([
      's> SENDATTACH FAIL',
      'big.iso was cancelled.',
      'c> DISCONNECT alice',
    ]);
  });

  test('of too many, the last is waited for', () => {
    const one = connected({ interactive: true });
    one.host.files.set('x', { name: 'x', size: 5, close() {} });
    const most = limits.mailbox.transfersUnattended;
    for (let count = 0; count <= most; count++) {
      one.type('SENDATTACH bob x');
      one.host.request();
    }
    expect(one.endings).toHaveLength(most);
    one.host.answer(`${code(0)}1\0`);
    expect(one.endings).toHaveLength(most + 1);
  });
});
