// The server's certificate: read again without dropping anybody, and never replaced by one that cannot be used.

import { describe, expect, test } from 'bun:test';
import { chmodSync, copyFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { connect } from 'node:tls';

import { limits } from '../../src/protocol/limits';
import { market } from '../../src/protocol/market/index';
import {
  type BadCertificate,
  Certificate,
  type CertificateFiles,
} from '../../src/server/net/certificate';
import { HandClock } from '../support/hand_clock';
import { startServer } from '../support/server';
import { connectTcp } from '../support/tcp';
import { newCertificate } from '../support/tls';

/** The names that the server at a port shows now. */
function shownAt(port: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subjectaltname);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

/** Puts what is in other files into these, as a program that renews a certificate does. */
function replace(files: CertificateFiles, by: CertificateFiles): void {
  for (const which of ['cert', 'key'] as const) {
    copyFileSync(by[which], `${files[which]}.new`);
    renameSync(`${files[which]}.new`, files[which]);
  }
}

test('another one is shown from SIGHUP on, and who is there stays there', async () => {
  const files = await newCertificate(['one.example']);
  await using server = await startServer([market], {
    isSecure: true,
    bounds: { certificate: files },
  });
  const port = server.port('market');
  await using ann = await connectTcp(port);
  await ann.readTo('\n');
  replace(files, await newCertificate(['two.example']));
  expect(await shownAt(port)).toBe('DNS:one.example');
  server.reloadCertificate();
  expect(await shownAt(port)).toBe('DNS:two.example');
  expect(server.console.warnings.join('\n')).toMatch(
    /^TLS: read again: for two\.example, until \d{4}-\d\d-\d\d$/,
  );
  await ann.send('ann\n');
  expect(await ann.readTo('\n')).not.toBe('');
});

test('another one is found by itself once both its files stay as they are', async () => {
  const clock = new HandClock();
  const files = await newCertificate(['one.example']);
  await using server = await startServer([market], {
    isSecure: true,
    bounds: { certificate: files, clock },
  });
  const port = server.port('market');
  await using ann = await connectTcp(port);
  await ann.readTo('\n');
  const other = await newCertificate(['two.example']);
  copyFileSync(other.cert, files.cert);
  clock.pass(limits.server.certificateLookMs);
  // Its key comes a moment later: what does not belong together is not even looked at.
  copyFileSync(other.key, files.key);
  clock.pass(limits.server.certificateLookMs);
  expect(server.console.warnings).toEqual([]);
  clock.pass(limits.server.certificateLookMs);
  expect(server.console.warnings.length).toBe(1);
  expect(server.console.warnings[0]).toContain('for two.example');
  expect(await shownAt(port)).toBe('DNS:two.example');
  await ann.send('ann\n');
  expect(await ann.readTo('\n')).not.toBe('');
});

test('one that cannot be used leaves the former in force, and is told once', async () => {
  const files = await newCertificate(['one.example']);
  const certificate = new Certificate(files, () => Date.now());
  const { side } = certificate;
  const other = await newCertificate(['two.example']);
  copyFileSync(other.cert, files.cert);
  expect(certificate.look()).toBeUndefined();
  expect(certificate.look()).toBe(
    `TLS: the former certificate stays in force: ${files.key} is not the key of ${files.cert}`,
  );
  expect(certificate.look()).toBeUndefined();
  expect(certificate.side).toBe(side);
  // A file that is put back as it was is looked at like any other.
  copyFileSync(other.key, files.key);
  certificate.look();
  expect(certificate.look()).toContain('read again: for two.example');
  expect(certificate.side).not.toBe(side);
});

describe('is refused', () => {
  const refusal = (files: CertificateFiles): BadCertificate => {
    try {
      return new Certificate(files, () => Date.now()) as never;
    } catch (error) {
      return error as BadCertificate;
    }
  };

  test('where others can read its key, with what to run', async () => {
    const files = await newCertificate();
    chmodSync(files.key, 0o644);
    const { message, hint } = refusal(files);
    expect(message).toBe(`${files.key} can be read by every user of this machine`);
    expect(hint).toBe(`chmod o-r ${files.key}`);
    // The group may: services get their keys so.
    chmodSync(files.key, 0o640);
    expect(refusal(files)).toBeInstanceOf(Certificate);
  });

  test('where a file is missing, or something else', async () => {
    const files = await newCertificate();
    const other = await newCertificate();
    expect(refusal({ ...files, key: other.key }).message).toContain('is not the key of');
    expect(refusal({ ...files, cert: '/nowhere/cert.pem' }).message).toContain('cannot be read');
    expect(refusal({ ...files, cert: files.key }).message).toContain('holds no certificate');
    writeFileSync(files.key, 'nothing');
    expect(refusal(files).message).toContain('holds no key that can be used');
  });
});

test('one that has expired is shown, and the operator is told', async () => {
  const files = await newCertificate(['localhost'], 1, Date.now() - 2 * 24 * 3_600_000);
  expect(new Certificate(files, () => Date.now()).warning).toContain('has expired on');
  // The same name, size and time, and another file: it is seen all the same.
  const certificate = new Certificate(files, () => Date.now());
  const { mtime } = statSync(files.cert);
  copyFileSync(files.cert, `${files.cert}.new`);
  utimesSync(`${files.cert}.new`, mtime, mtime);
  renameSync(`${files.cert}.new`, files.cert);
  certificate.look();
  expect(certificate.look()).toContain('has expired on');
});
