// A person at the relay: an emitter that speaks and a display that hears, 1000 apart.

import { relay } from '../../src/protocol/relay/index';
import { msg, qem } from '../protocol/relay/frames';
import { RawProgram } from '../protocol/relay/raw';
import { cannot, foreignName, type Kind, type Other, type Person } from './person';

const numberOf = (name: string): number => Number(name.slice(1));

async function enter(port: number, name: string): Promise<Person> {
  const number = numberOf(name);
  const display = await RawProgram.registered(port, number + 1000);
  const emitter = await RawProgram.registered(port, number);
  let sequence = 0;
  const tell = async (frame: (sequence: number) => Buffer): Promise<void> => {
    const [answer = ''] = await emitter.answers(frame(++sequence));
    if (!answer.startsWith('OK ')) throw new Error(answer);
  };
  /** Waits for texts in this order, whatever else comes between them. */
  const shows = async (origin: number, texts: readonly string[]): Promise<void> => {
    for (const text of texts) {
      const fits = (): number =>
        display.frames.findIndex(
          (frame) =>
            frame.kind === 'MSG' &&
            frame.origin === origin &&
            Buffer.from(frame.text).toString() === text,
        );
      await display.until(() => fits() >= 0, JSON.stringify(text));
      display.frames.splice(fits(), 1);
    }
  };
  const comes = (from: Other, text: string): Promise<void> =>
    from.dialect === 'relay'
      ? shows(numberOf(from.name), [text])
      : shows(
          0,
          text.split('\n').map((line) => `${foreignName(from.name)}: ${line}`),
        );
  return {
    name,
    dialect: 'relay',
    write: (to, text) => tell((count) => msg(number, numberOf(to.name) + 1000, text, count)),
    reads: comes,
    join: async () => {},
    say: (text) => tell((count) => msg(number, 0, text, count)),
    hears: comes,
    list: async () => {
      await tell((count) => qem(number, number + 1000, count));
      const found = (): number => display.frames.findIndex(({ kind }) => kind === 'OKQEM');
      await display.until(() => found() >= 0, 'OKQEM');
      const [frame] = display.frames.splice(found(), 1);
      return frame?.kind === 'OKQEM' ? frame.ids.map((id) => `#${id}`) : [];
    },
    attach: cannot('the protocol has no files'),
    seesFile: (from, text, file, size) => comes(from, `${text} (file ${file}, ${size} bytes)`),
    leave: async () => {
      await emitter.leave();
      await display.leave();
    },
  };
}

export const relayKind: Kind = {
  dialect: relay,
  name: (number) => `#${number}`,
  rooms: ['relay'],
  showsLongNames: false,
  addresses: (to) => to.dialect === 'relay',
  enter,
};
