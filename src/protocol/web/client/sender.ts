// One-shot sending: logs in, and sends each text under a key of its own, by which the server takes it once.

import type { ClientHost, OutgoingMessage, Sender, SendResult, Target } from '../../client';
import { noFiles } from '../../client_kit/no_files';
import { RequestQueue } from '../../client_kit/request_queue';
import { limits } from '../../limits';
import type { Result } from '../../model';
import { placeOf } from './place';
import { Visit } from './visit';
import { endingOf, loginRefusal, noSecret, wordsFor } from './words';

export class WebSender implements Sender {
  readonly #host: ClientHost;
  readonly #target: Target;
  readonly #queue: RequestQueue;
  #visit: Visit | undefined;

  constructor(host: ClientHost, target: Target) {
    this.#host = host;
    this.#target = target;
    this.#queue = new RequestQueue(host, (message) => this.#send(message), {
      // Who has shown what was wrong waits for the answer.
      answerMs: limits.client.answerMs + limits.credentials.failureWaitMs,
      open: (connection) =>
        (this.#visit = new Visit(connection, {
          opened: () => this.#login(),
          lost: () => this.#queue.lose(),
        })),
      goodbye: () => this.#visit?.end(),
      lost: () => {
        const { host: server, port } = target;
        return {
          ending: 'unreachable',
          line: `No connection to the server ${server}:${port} could be established.`,
          isKeyed: true,
        };
      },
    });
  }

  send(message: OutgoingMessage, done: (result: SendResult) => void): void {
    const { user } = this.#target;
    if (message.attach !== undefined) {
      done(noFiles(' by this client yet; the page and HTTP carry them'));
    } else if (message.to === '') {
      done({
        ending: 'usage',
        line: 'Say to whom: https://NAME@HOST/TO, or https://NAME@HOST/#ROOM',
      });
    } else if (message.text === '') {
      done({ ending: 'bad-data', line: 'There is nothing to say.' });
    } else if (user === undefined) {
      done({
        ending: 'usage',
        line: `Say who sends: https://NAME@HOST, or ${this.#host.hint('user')}`,
      });
    } else if (this.#secretOf(user) === undefined) {
      done({ ending: 'not-allowed', line: noSecret(user) });
    } else this.#queue.add(message, done);
  }

  close(done: () => void): void {
    this.#queue.close(done);
  }

  #secretOf(user: string): string | undefined {
    return this.#target.secret ?? this.#host.keys.of(user);
  }

  #login(): void {
    this.#queue.opened();
    const { user: name = '' } = this.#target;
    const token = this.#secretOf(name) ?? '';
    this.#visit?.request({ do: 'login', name, token }, (outcome) => {
      if (outcome.ok) return this.#queue.ready();
      if (outcome.why === 'unreachable') return;
      this.#queue.lose({ ending: endingOf(outcome.why), line: loginRefusal(name, outcome.why) });
      this.#visit?.end();
    });
  }

  #send({ to, text, key = this.#host.secret() }: OutgoingMessage): void {
    const place = placeOf(to);
    if (place.kind === 'person') {
      this.#visit?.request({ do: 'send', to: place.name, text, key }, (outcome) => {
        if (!outcome.ok) return this.#refused(to, outcome.why);
        const { id, waiting } = outcome.value;
        const line = waiting ? `${id} waits for ${to}` : `${id} is on its way to ${to}`;
        this.#queue.settle({ ending: 'done', line, id: String(id) });
      });
    } else this.#say(place.name, text, key);
  }

  /** Who belongs to a group speaks there; an open room has to be entered first. */
  #say(room: string, text: string, key: string): void {
    const said = (outcome: Result<unknown, string>): void =>
      outcome.ok
        ? this.#queue.settle({ ending: 'done', line: `said in ${room}` })
        : this.#refused(`#${room}`, outcome.why);
    this.#visit?.request({ do: 'say', room, text, key }, (outcome) => {
      if (outcome.ok || outcome.why !== 'not-member') return said(outcome);
      this.#visit?.request({ do: 'join', room }, (joined) => {
        if (!joined.ok) return said(joined);
        this.#visit?.request({ do: 'say', room, text, key }, said);
      });
    });
  }

  /** A connection that is lost settles by itself: nobody knows what became of the message. */
  #refused(to: string, why: string): void {
    if (why === 'unreachable') return;
    this.#queue.settle({ ending: endingOf(why), line: `not sent to ${to}: ${wordsFor(why)}` });
  }
}
