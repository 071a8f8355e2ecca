// Makes a certificate that signs itself, for trying out TLS: no authority knows it, and our clients trust it on first use.

import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';

import { BitString, Integer, OctetString, Utf8String } from 'asn1js';
import {
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  CryptoEngine,
  Extension,
  ExtKeyUsage,
  GeneralName,
  GeneralNames,
} from 'pkijs';

import { selfMadeOrganization } from '../net/self_made';

/** Of RFC 5280: its attributes and extensions, and what a general name may be. */
const oid = {
  organization: '2.5.4.10',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;
const generalName = { dns: 2, ip: 7 } as const;

/** Of a key that signs handshakes and nothing else: bit 0 of the key usage. */
const digitalSignature = { valueHex: Uint8Array.of(0x80).buffer, unusedBits: 7 };

/** A certificate is valid a little before it was made: clocks differ. */
const clockSkew = { hours: 1 } as const;

export interface MadeCertificate {
  readonly cert: string;
  readonly key: string;
}

/** For these hosts, names and addresses, from now on for so many days. Both in PEM. */
export async function makeCertificate(
  hosts: readonly string[],
  days: number,
  now = Date.now(),
): Promise<MadeCertificate> {
  const engine = new CryptoEngine({ name: 'webcrypto', crypto });
  const curve = { name: 'ECDSA', namedCurve: 'P-256' };
  const keys = await crypto.subtle.generateKey(curve, true, ['sign', 'verify']);
  const made = new Certificate();
  made.version = 2;
  // Positive, and never the same twice: its first bit is 0.
  const serial = Uint8Array.from([1, ...randomBytes(8)]);
  made.serialNumber = new Integer({ valueHex: serial.buffer });
  for (const name of [made.subject, made.issuer]) {
    name.typesAndValues.push(attribute(oid.organization, selfMadeOrganization));
  }
  made.notBefore.value = new Date(now - clockSkew.hours * hourMs);
  made.notAfter.value = new Date(now + days * 24 * hourMs);
  made.extensions = [
    extension(oid.basicConstraints, true, new BasicConstraints({ cA: false }).toSchema()),
    extension(oid.keyUsage, true, new BitString(digitalSignature)),
    extension(
      oid.extKeyUsage,
      false,
      new ExtKeyUsage({ keyPurposes: [oid.serverAuth] }).toSchema(),
    ),
    extension(oid.subjectAltName, false, new GeneralNames({ names: hosts.map(nameOf) }).toSchema()),
  ];
  await made.subjectPublicKeyInfo.importKey(keys.publicKey, engine);
  await made.sign(keys.privateKey, 'SHA-256', engine);
  const key = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    cert: pem('CERTIFICATE', made.toSchema(true).toBER(false)),
    key: pem('PRIVATE KEY', key),
  };
}

const hourMs = 3_600_000;

const attribute = (type: string, value: string): AttributeTypeAndValue =>
  new AttributeTypeAndValue({ type, value: new Utf8String({ value }) });

const extension = (
  extnID: string,
  critical: boolean,
  value: { toBER(sizeOnly: boolean): ArrayBuffer },
): Extension => new Extension({ extnID, critical, extnValue: value.toBER(false) });

function nameOf(host: string): GeneralName {
  if (isIP(host) === 0) return new GeneralName({ type: generalName.dns, value: host });
  const value = new OctetString({ valueHex: Uint8Array.from(bytesOf(host)).buffer });
  return new GeneralName({ type: generalName.ip, value });
}

/** The bytes of an address. */
function bytesOf(host: string): number[] {
  if (isIP(host) === 4) return host.split('.').map(Number);
  // A URL writes an address of IPv6 without IPv4 in it, and in lower case.
  const [before = '', after] = new URL(`http://[${host}]`).hostname.slice(1, -1).split('::');
  const first = before === '' ? [] : before.split(':');
  const last = after === undefined || after === '' ? [] : after.split(':');
  const gap = Array.from({ length: 8 - first.length - last.length }, () => '0');
  return [...first, ...gap, ...last].flatMap((part) => {
    const hextet = Number.parseInt(part, 16);
    return [hextet >> 8, hextet & 0xff];
  });
}

function pem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
