// The page out of the built executable: the same files, nothing beside it needed.

import { expect, test } from 'bun:test';

import { startChat } from '../../support/executable';

test('chat serve --web serves the page, its files by their hashes, and the WebSocket', async () => {
  const chat = await startChat(['serve', '--web', '0', '--memory'], { cwd: '/' });
  const [, port = ''] = await chat.until(/web\s+(\d+)/, { on: 'err' });
  const base = `http://127.0.0.1:${port}`;
  const page = await fetch(`${base}/`);
  expect([page.status, page.headers.get('content-type')]).toEqual([
    200,
    'text/html; charset=utf-8',
  ]);
  const html = await page.text();
  const paths = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
  expect(paths.length).toBe(3);
  let bytes = 0;
  for (const path of paths) {
    const file = await fetch(base + path);
    expect([path, file.status, file.headers.get('cache-control')]).toEqual([
      path,
      200,
      'public, max-age=31536000, immutable',
    ]);
    bytes += Bun.gzipSync(await file.arrayBuffer()).length;
  }
  expect(bytes).toBeLessThan(56_000);
  const socket = new WebSocket(`${base.replace('http', 'ws')}/socket`);
  const answered = new Promise((told) =>
    socket.addEventListener('message', ({ data }) => told(data)),
  );
  socket.addEventListener('open', () => socket.send('{"do":"ping","ref":1}'));
  expect(await answered).toBe('{"is":"done","ref":1,"value":{}}\n');
  const stopped = await chat.kill('SIGINT');
  expect(stopped.status).toBe(0);
});
