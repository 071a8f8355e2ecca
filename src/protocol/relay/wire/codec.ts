// Frames to bytes and bytes to frames, for both sides: one table of kinds drives the writer and the reader.

import type { Inbox } from '../../bytes/inbox';
import {
  type Frame,
  type Header,
  headerBytes,
  idsMax,
  type Kind,
  kinds,
  messageBytes,
  textBytesMax,
} from './messages';
import { paddingAt } from './padding';

const kindNamed = new Map(
  Object.entries(kinds).map(([kind, value]) => [value as number, kind as Kind]),
);

const view = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A frame's bytes. `padded`: a MSG as the fixed structure of 156 bytes, NULs after its text. */
export function encodeFrame(frame: Frame, padded = false): Uint8Array {
  switch (frame.kind) {
    case 'MSG': {
      const { text } = frame;
      const bytes = head(frame, padded ? messageBytes : headerBytes + 2 + text.length);
      view(bytes).setUint16(headerBytes, text.length);
      bytes.set(text, headerBytes + 2);
      return bytes;
    }
    case 'OKQEM': {
      const bytes = head(frame, headerBytes + 2 + 2 * frame.ids.length);
      const fields = view(bytes);
      fields.setUint16(headerBytes, frame.ids.length);
      frame.ids.forEach((id, index) => fields.setUint16(headerBytes + 2 + 2 * index, id));
      return bytes;
    }
    case 'OI':
    case 'FLW':
    case 'OK':
    case 'ERRO':
    case 'QEM':
      return head(frame, headerBytes);
  }
}

function head(frame: Frame, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const fields = view(bytes);
  fields.setUint16(0, kinds[frame.kind]);
  fields.setUint16(2, frame.origin);
  fields.setUint16(4, frame.destination);
  fields.setUint32(6, frame.sequence);
  fields.setUint32(10, frame.timestamp);
  return bytes;
}

/** What comes next in the stream: a frame, or the header of one that cannot be accepted. */
export type NextFrame =
  | { readonly is: 'frame'; readonly frame: Frame }
  | { readonly is: 'bad'; readonly why: 'unknown-kind' | 'too-long'; readonly header: Header };

/** Takes whole frames from what has arrived, and skips what stands between them. */
export class FrameReader {
  /** What the frames are taken from, since the first `take`. */
  #inbox: Inbox | undefined;
  /** Bytes of a body that was too long and are still to come. */
  #skip = 0;
  /** How many NULs may follow the last MSG. */
  #padding = 0;
  /**
   * Whether padding may follow a MSG; undefined: it may not. `origin`: the peer's own number, by which its next
   * frame is told from an OI; undefined in it: no OI can come.
   */
  padded: { readonly origin: number | undefined } | undefined;

  /** Whether a MSG with padding behind it has come. Told only where no OI can come, since that begins with NULs. */
  hasSeenPadding = false;

  /** The next frame, or undefined (and no part of one taken) while it is not all there. */
  take(inbox: Inbox): NextFrame | undefined {
    this.#inbox = inbox;
    if (!this.#skipped(inbox)) return undefined;
    const bytes = inbox.peek(headerBytes);
    if (!bytes) return undefined;
    const header = headerOf(bytes);
    const kind = kindNamed.get(view(bytes).getUint16(0));
    if (kind === undefined) {
      inbox.take(headerBytes);
      return { is: 'bad', why: 'unknown-kind', header };
    }
    if (kind === 'MSG' || kind === 'OKQEM') return this.#takeLong(inbox, kind, header);
    inbox.take(headerBytes);
    return { is: 'frame', frame: { kind, ...header } };
  }

  #takeLong(inbox: Inbox, kind: 'MSG' | 'OKQEM', header: Header): NextFrame | undefined {
    const field = inbox.peek(2, headerBytes);
    if (!field) return undefined;
    const count = view(field).getUint16(0);
    const length = kind === 'MSG' ? count : 2 * count;
    if (count > (kind === 'MSG' ? textBytesMax : idsMax)) {
      // It is refused now; the bytes that it announces are thrown away as they come.
      inbox.take(headerBytes + 2);
      this.#skip = length;
      return { is: 'bad', why: 'too-long', header };
    }
    const whole = inbox.take(headerBytes + 2 + length);
    if (!whole) return undefined;
    const body = whole.subarray(headerBytes + 2);
    if (kind === 'MSG') {
      this.#padding = this.padded ? textBytesMax - length : 0;
      return { is: 'frame', frame: { kind, ...header, text: body } };
    }
    const fields = view(body);
    const ids = Array.from({ length: count }, (_, index) => fields.getUint16(2 * index));
    return { is: 'frame', frame: { kind, ...header, ids } };
  }

  /** Takes what stands between two frames; false while more of it is to come. */
  #skipped(inbox: Inbox): boolean {
    if (this.#skip > 0) {
      this.#skip -= inbox.takeAll(Math.min(this.#skip, inbox.length)).length;
      if (this.#skip > 0) return false;
    }
    if (this.#padding > 0) {
      const bytes = inbox.peek(Math.min(inbox.length, this.#padding + 3)) ?? new Uint8Array(0);
      // A frame begins with one NUL.
      const isPadding = bytes.length > 1 && bytes[0] === 0 && bytes[1] === 0;
      if (isPadding && this.padded?.origin === undefined) this.hasSeenPadding = true;
      const count = paddingAt(bytes, this.#padding, this.padded?.origin);
      if (count === undefined) return false;
      inbox.take(count);
      this.#padding = 0;
    }
    return true;
  }

  /** The stream is over: the header of a frame that will never be whole, as far as it came; else undefined. */
  cutHeader(): Header | undefined {
    const inbox = this.#inbox;
    if (!inbox) return undefined;
    const bytes = inbox.peek(Math.min(inbox.length, headerBytes)) ?? new Uint8Array(0);
    // What is skipped was refused already, and NULs after a MSG are padding.
    if (this.#skip > 0 || bytes.length === 0) return undefined;
    if (this.#padding > 0 && bytes.every((byte) => byte === 0)) return undefined;
    const whole = new Uint8Array(headerBytes);
    whole.set(bytes);
    return headerOf(whole);
  }
}

function headerOf(bytes: Uint8Array): Header {
  const fields = view(bytes);
  return {
    origin: fields.getUint16(2),
    destination: fields.getUint16(4),
    sequence: fields.getUint32(6),
    timestamp: fields.getUint32(10),
  };
}
