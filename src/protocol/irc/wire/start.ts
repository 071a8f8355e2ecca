// How a client's connection begins, so that other doors can tell whom it was meant for.

const beginnings = ['CAP LS', 'CAP REQ', 'NICK '];

/** `CAP`, or `NICK` and `USER`: no other dialect's client begins so. */
export function isClientStart(bytes: Uint8Array): boolean | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  if (beginnings.every((word) => !word.startsWith(text) && !text.startsWith(word))) return false;
  if (text.startsWith('CAP ') && text.length >= 'CAP LS'.length) return true;
  // A person at a door of lines may say `NICK` too: what follows decides.
  return /^NICK \S+\r?\n(?:USER )/.test(text) || undefined;
}
