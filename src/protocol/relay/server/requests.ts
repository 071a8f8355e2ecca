// What an emitter's frame asks of the hub, if it may be asked at all.

import { decodeLossy, decodeText } from '../../bytes/text';
import type { Command } from '../../commands';
import type { SessionId } from '../../model';
import { numberedName } from '../../model';
import {
  displayOffset,
  everyone,
  type Frame,
  isDisplay,
  relayName,
  room,
  server,
} from '../wire/messages';

/** Signals from an emitter to a display, with the sequence and the timestamp of the frame behind them. */
export const signals = { stop: 'stop', who: 'who' } as const;

export interface Emitter {
  readonly id: number;
  readonly session: SessionId;
  /** It may stop any display, not only its own. */
  readonly openStop: boolean;
}

/** What becomes of a frame from an emitter. An answer needs nothing: it is never answered itself. */
export type Asked = Command<'say' | 'direct' | 'signal'> | 'farewell' | 'refused' | 'nothing';

export function askedBy(emitter: Emitter, frame: Frame): Asked {
  const { kind, origin, destination } = frame;
  if (kind === 'OK' || kind === 'ERRO') return 'nothing';
  // One program must not speak as another (source 002, "Servidor").
  if (origin !== emitter.id) return 'refused';
  switch (kind) {
    case 'MSG':
      return spoken(emitter, frame, frame.text);
    case 'QEM':
      return signalled(emitter, signals.who, frame);
    case 'FLW': {
      if (destination === server) return 'farewell';
      const mayStop = emitter.openStop || destination === emitter.id + displayOffset;
      return mayStop ? signalled(emitter, signals.stop, frame) : 'refused';
    }
    case 'OI':
    case 'OKQEM':
      return 'refused';
  }
}

function spoken({ session }: Emitter, frame: Frame, bytes: Uint8Array): Asked {
  const { destination, sequence: reference } = frame;
  const text = decodeText(bytes);
  const said = {
    text: text ?? decodeLossy(bytes),
    // Also a character that was cut reaches the displays byte for byte.
    ...(text === undefined && { raw: bytes.slice() }),
    reference,
  };
  if (destination === everyone) return { do: 'say', session, room, ...said };
  if (!isDisplay(destination)) return 'refused';
  const to = numberedName(destination);
  return { do: 'direct', from: { session }, to, origin: relayName, ...said };
}

function signalled({ session }: Emitter, signal: string, frame: Frame): Asked {
  const { destination, sequence, timestamp } = frame;
  if (!isDisplay(destination)) return 'refused';
  const to = numberedName(destination);
  return { do: 'signal', session, to, signal, numbers: [sequence, timestamp] };
}
