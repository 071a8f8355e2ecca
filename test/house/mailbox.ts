// A person at the mailbox door: an operation a connection, and a listener that is called.

import { mailbox } from '../../src/protocol/mailbox/index';
import { connectTcp } from '../support/tcp';
import { Heard } from './heard';
import { cannot, foreignName, type Kind, type Other, type Person } from './person';

async function operate(
  port: number,
  fields: readonly string[],
  bytes?: Uint8Array,
): Promise<string> {
  const peer = await connectTcp(port);
  await peer.send(fields.map((field) => `${field}\0`).join(''));
  if (bytes) await peer.send(bytes);
  const answer = Buffer.from(await peer.readToEnd()).toString('latin1');
  peer.close();
  return answer;
}

/** An operation that must succeed; its answer's fields. */
async function must(
  port: number,
  fields: readonly string[],
  bytes?: Uint8Array,
): Promise<string[]> {
  const answer = await operate(port, fields, bytes);
  if (answer[0] !== '\0') throw new Error(`${fields.join(' ')} answered ${JSON.stringify(answer)}`);
  return answer.slice(1).split('\0').slice(0, -1);
}

async function enter(port: number, name: string): Promise<Person> {
  const heard = new Heard<readonly string[]>(`${name} was called with`);
  const listener = Bun.listen<{ text: Buffer }>({
    hostname: '127.0.0.1',
    port: 0,
    allowHalfOpen: true,
    socket: {
      open: (socket) => void (socket.data = { text: Buffer.alloc(0) }),
      data: (socket, bytes) => void (socket.data.text = Buffer.concat([socket.data.text, bytes])),
      end: (socket) => {
        heard.add(socket.data.text.toString().split('\0').slice(0, -1));
        socket.end();
      },
      error: () => {},
    },
  });
  await must(port, ['REGISTER', name, name, '01/01/2000']);
  await must(port, ['CONNECT', name, String(listener.port)]);
  const comes = (from: Other, text: string): Promise<void> =>
    heard.take(([operation, sender, , said]) => {
      return operation === 'SEND_MESSAGE' && sender === foreignName(from.name) && said === text;
    });
  return {
    name,
    dialect: 'mailbox',
    write: async (to, text) => {
      const [id = ''] = await must(port, ['SEND', name, to.name, text]);
      await heard.take(([operation, acked]) => operation === 'SEND_MESS_ACK' && acked === id);
    },
    reads: comes,
    join: cannot('the protocol has no rooms'),
    say: cannot('the protocol has no rooms'),
    hears: cannot('the protocol has no rooms'),
    list: async () => (await must(port, ['CONNECTEDUSERS', name])).slice(1),
    attach: async (to, text, file, bytes) => {
      const fields = ['SENDATTACH', name, to.name, text, file, String(bytes.length)];
      await must(port, fields, bytes);
    },
    seesFile: (from, text, file, size) =>
      heard.take(([operation, sender, id, said]) => {
        const note = `${text} (file ${file}, ${size} bytes: GETFILE ${from.name} ${id ?? ''})`;
        return operation === 'SEND_MESSAGE' && sender === from.name && said === note;
      }),
    leave: async () => {
      await must(port, ['UNREGISTER', name]);
      listener.stop(true);
    },
  };
}

export const mailboxKind: Kind = {
  dialect: mailbox,
  name: (number) => `mia${number}`,
  rooms: [],
  showsLongNames: true,
  addresses: () => true,
  enter,
};
