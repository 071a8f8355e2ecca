// What a program's frames ask of the hub, where they may ask it: to register, to speak, to signal.

import { decodeLossy, decodeText } from '../../bytes/text';
import type { Command, NameRequest } from '../../commands';
import type { Host } from '../../dialect';
import { numberedName, type SessionId } from '../../model';
import {
  anyDisplay,
  anyEmitter,
  displayOffset,
  displays,
  emitters,
  everyone,
  type Frame,
  isDisplay,
  isEmitter,
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

/** What becomes of a frame without the hub. `nothing`: it is an answer, and an answer is never answered itself. */
export type Verdict = 'farewell' | 'refused' | 'nothing';

type Request = Command<'say' | 'direct' | 'signal'>;

/** The command for an OI of the number `origin`; undefined where that is no number. */
export function enterCommand(
  { session, machine, remote: address }: Pick<Host, 'session' | 'machine' | 'remote'>,
  origin: number,
): Command<'enter'> | undefined {
  const wanted = wantedBy(origin);
  if (!wanted) return undefined;
  const isForDisplay = origin === anyDisplay || isDisplay(origin);
  return {
    do: 'enter',
    session,
    wanted,
    collision: 'refuse',
    dialect: relayName,
    machine,
    address,
    ...(isForDisplay ? { hearsFor: { below: displayOffset } } : { deaf: true }),
  };
}

function wantedBy(origin: number): NameRequest | undefined {
  if (origin === anyEmitter) return { lowest: emitters };
  if (origin === anyDisplay) return { lowest: displays };
  const isNumber = isEmitter(origin) || isDisplay(origin);
  return isNumber ? { name: numberedName(origin) } : undefined;
}

/** What an emitter's frame asks of the hub, or what becomes of it. */
export function requestOf(emitter: Emitter, frame: Frame): Request | Verdict {
  const { kind, origin, destination } = frame;
  if (kind === 'OK' || kind === 'ERRO') return 'nothing';
  // One program must not speak as another (source 002, "Servidor").
  if (origin !== emitter.id) return 'refused';
  switch (kind) {
    case 'MSG':
      return sayOrDirect(emitter, frame, frame.text);
    case 'QEM':
      return signal(emitter, signals.who, frame);
    case 'FLW': {
      if (destination === server) return 'farewell';
      const mayStop = emitter.openStop || destination === emitter.id + displayOffset;
      return mayStop ? signal(emitter, signals.stop, frame) : 'refused';
    }
    case 'OI':
    case 'OKQEM':
      return 'refused';
  }
}

function sayOrDirect({ session }: Emitter, frame: Frame, bytes: Uint8Array): Request | Verdict {
  const { destination, sequence: reference } = frame;
  const text = decodeText(bytes);
  const said = {
    text: text ?? decodeLossy(bytes),
    // A character that was cut reaches the displays byte for byte, too.
    ...(text === undefined && { raw: bytes.slice() }),
    reference,
  };
  if (destination === everyone) return { do: 'say', session, room, ...said };
  if (!isDisplay(destination)) return 'refused';
  const to = numberedName(destination);
  return { do: 'direct', from: { session }, to, origin: relayName, ...said };
}

function signal({ session }: Emitter, name: string, frame: Frame): Request | Verdict {
  const { destination, sequence, timestamp } = frame;
  if (!isDisplay(destination)) return 'refused';
  const to = numberedName(destination);
  return { do: 'signal', session, to, signal: name, numbers: [sequence, timestamp] };
}
