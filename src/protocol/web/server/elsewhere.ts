// The answer to a request over HTTP at a door that speaks something else. No page of another place can read it.

import { byteLength, encodeText } from '../../bytes/text';

export function elsewhere(line: string): Uint8Array {
  const body = `${line}\n`;
  const head = [
    'HTTP/1.1 400 Bad Request',
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    'X-Content-Type-Options: nosniff',
    `Content-Length: ${byteLength(body)}`,
  ];
  return encodeText([...head, '', body].join('\r\n'));
}
