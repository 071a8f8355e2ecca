// ProtocolError: the peer broke the protocol, which is its fault and closes that connection alone.

/** Thrown by codecs and sessions. `message` says for the log what was wrong; it is never sent to the peer. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}
