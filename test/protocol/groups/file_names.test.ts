// Names of files between real clients: none leads out of the folder, forges a line, or overwrites a file.

import { describe, expect, test } from 'bun:test';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { aboutFile, Stage } from './file_stage';

describe('a name', () => {
  test.each([
    ['../../x', 'x'],
    ['/etc/passwd', 'passwd'],
    ['..\\..\\x.exe', 'x.exe'],
    ['.bashrc', 'bashrc'],
    ['a\u001b[2Jb\u0007.txt', 'a'],
    ['\u202egnp.exe', 'gnp.exe'],
    ['..', 'attachment'],
  ])('%j leads nowhere else and forges nothing', async (name, part) => {
    await using stage = await Stage.open();
    const alice = await stage.enter('alice');
    const bob = await stage.connect('bob');
    await alice.send({
      action: 'file',
      to: ['bob'],
      id: '1',
      status: 'offer',
      fileName: name,
      fileSize: 4,
    });
    const [, id] = await bob.chat.until(/accept (\S+) /);
    bob.chat.write(`accept ${id}\n`);
    const { token = '' } = await aboutFile(alice, 'accept');
    const connection = await stage.dial();
    await connection.send(`File_transfer Id=1 Status=data Token=${token} | hola`);
    await bob.chat.until('is saved as');
    const [saved = '', ...more] = await readdir(bob.folder);
    expect(more).toEqual([]);
    expect(saved).toContain(part);
    expect(saved).not.toMatch(/[/\\\p{Cc}\p{Cf}]/u);
    expect(await readFile(join(bob.folder, saved), 'utf8')).toBe('hola');
    expect(bob.chat.out).not.toMatch(/[\u001b\u0007\u202e]/u);
  });

  test('that is there already is not overwritten, and no link is followed', async () => {
    await using stage = await Stage.open();
    const [alice, bob] = [await stage.connect('alice'), await stage.connect('bob')];
    await writeFile(join(alice.folder, 'x.txt'), 'new');
    await writeFile(join(bob.folder, 'x.txt'), 'old');
    await mkdir(join(bob.folder, 'aim'));
    await symlink(join(bob.folder, 'aim', 'x'), join(bob.folder, 'x (2).txt'));
    alice.chat.write('file x.txt bob\n');
    const [, id] = await bob.chat.until(/accept (\S+) /);
    bob.chat.write(`accept ${id}\n`);
    await bob.chat.until('is saved as');
    expect(await readFile(join(bob.folder, 'x.txt'), 'utf8')).toBe('old');
    expect(await readFile(join(bob.folder, 'x (3).txt'), 'utf8')).toBe('new');
    expect(await readdir(join(bob.folder, 'aim'))).toEqual([]);
  });
});
