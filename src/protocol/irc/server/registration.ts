// Before a client has come in: its capabilities, its nick, who it is, and its password.

import type { Host } from '../../dialect';
import { limits } from '../../limits';
import { type Name, nameOf, type Proof } from '../../model';
import { capabilities, listed, namesOf, requested } from '../wire/capabilities';
import { formatLine } from '../wire/message';
import { guestNickOf } from '../wire/names';
import { PlainReader, type SaslStep } from '../wire/sasl';
import type { Answer } from './answer';
import { serverName } from './door';

export interface RegistrationDeps {
  readonly host: Host;
  mask: number;
  readonly shownNick: string;
  readonly isIn: boolean;
  writeLines(lines: readonly string[]): void;
  /** Everything that is needed is there. */
  complete(): void;
  fail(text: string): void;
}

/** What a client without words for standard replies is told too. */
const saslTexts = {
  '902': 'You must use a nick assigned to you',
  '904': 'SASL authentication failed',
  '905': 'SASL message too long',
  '906': 'SASL authentication aborted',
  '907': 'You have already authenticated using SASL',
} as const;

export class Registration {
  readonly #deps: RegistrationDeps;
  nick: Name | undefined;
  user: string | undefined;
  realName = '';
  proof: Proof | undefined;
  /** From PASS, of the form `name:password`. */
  pass: { readonly account: Name; readonly password: string } | undefined;
  /** CAP was said, and its end was not. */
  #isNegotiating = false;
  #plain: PlainReader | undefined;
  #failures = 0;

  constructor(deps: RegistrationDeps) {
    this.#deps = deps;
  }

  get isComplete(): boolean {
    return this.nick !== undefined && this.user !== undefined && !this.#isNegotiating;
  }

  cap(answer: Answer, [sub = '', ...words]: readonly string[]): void {
    const deps = this.#deps;
    switch (sub.toUpperCase()) {
      case 'LS': {
        this.#isNegotiating = !deps.isIn;
        const is302 = Number(words[0] ?? '0') >= 302;
        if (is302) deps.mask |= capabilities['cap-notify'];
        return this.#capLine(answer, 'LS', listed(is302));
      }
      case 'LIST':
        return this.#capLine(answer, 'LIST', namesOf(deps.mask));
      case 'REQ': {
        this.#isNegotiating = !deps.isIn;
        const asked = words[0] ?? '';
        const mask = requested(
          deps.mask,
          asked.split(' ').filter((word) => word !== ''),
        );
        if (mask !== undefined) deps.mask = mask;
        return this.#capLine(answer, mask === undefined ? 'NAK' : 'ACK', asked);
      }
      case 'END':
        answer.done();
        if (deps.isIn) return;
        if (this.#plain) this.#sasl('906');
        this.#plain = undefined;
        this.#isNegotiating = false;
        return this.#tryComplete();
      default:
        answer.numeric('410', [sub === '' ? '*' : sub], 'Invalid CAP command').done();
    }
  }

  #capLine(answer: Answer, sub: string, words: string): void {
    answer.line('CAP', [this.#deps.shownNick, sub], words).done();
  }

  takeNick(answer: Answer, [text]: readonly string[]): void {
    if (text === undefined || text === '') {
      return answer.numeric('431', [], 'No nickname given').done();
    }
    const nick = guestNickOf(text);
    if (nick === undefined) {
      const shown = /^[^\s:]+$/.test(text) ? text : '*';
      return answer.numeric('432', [shown], 'Erroneous nickname').done();
    }
    this.nick = nick;
    answer.done();
    this.#tryComplete();
  }

  takeUser(answer: Answer, params: readonly string[]): void {
    const [user = '', , , realName = ''] = params;
    if (params.length < 4 || user === '' || realName === '') {
      return answer.numeric('461', ['USER'], 'Not enough parameters').done();
    }
    const safe = Array.from(user.replace(/[^\p{L}\p{N}._-]/gu, '')).slice(
      0,
      limits.irc.userCharacters,
    );
    this.user = safe.join('') || 'user';
    this.realName = realName;
    answer.done();
    this.#tryComplete();
  }

  takePass(answer: Answer, [text]: readonly string[]): void {
    if (text === undefined) return answer.numeric('461', ['PASS'], 'Not enough parameters').done();
    const colon = text.indexOf(':');
    const account = colon > 0 ? nameOf(text.slice(0, colon)) : undefined;
    if (account !== undefined) this.pass = { account, password: text.slice(colon + 1) };
    answer.done();
  }

  authenticate(answer: Answer, [piece]: readonly string[]): void {
    answer.done();
    if (piece === undefined) return this.#numeric('461', ['AUTHENTICATE'], 'Not enough parameters');
    if (this.#deps.isIn || this.proof) return this.#sasl('907');
    if (this.#plain) {
      const step = this.#plain.take(piece);
      if (step.is === 'more') return;
      this.#plain = undefined;
      return this.#judge(step);
    }
    if (piece.toUpperCase() !== 'PLAIN') {
      this.#numeric('908', ['PLAIN'], 'are available SASL mechanisms');
      return this.#fail('904');
    }
    this.#plain = new PlainReader();
    this.#deps.writeLines(['AUTHENTICATE +']);
  }

  #judge(step: Exclude<SaslStep, { is: 'more' }>): void {
    if (step.is === 'aborted') return this.#sasl('906');
    if (step.is === 'too-long') return this.#fail('905');
    const account = step.is === 'plain' ? nameOf(step.account) : undefined;
    if (step.is !== 'plain' || account === undefined) return this.#fail('904');
    this.#deps.host.prove(account, step.password, (proof) => {
      if (!proof.ok) return this.#fail('904');
      this.proof = proof.value;
      const { shownNick } = this.#deps;
      const name = proof.value.account;
      this.#numeric('900', [`${shownNick}!*@*`, name], `You are now logged in as ${name}`);
      this.#numeric('903', [], 'SASL authentication successful');
    });
  }

  #fail(code: '904' | '905'): void {
    this.#sasl(code);
    if (++this.#failures >= limits.irc.saslFailures) this.#deps.fail('Too many failed logins');
  }

  #sasl(code: keyof typeof saslTexts): void {
    this.#numeric(code, [], saslTexts[code]);
  }

  #numeric(code: string, params: readonly string[], text: string): void {
    this.#deps.writeLines([formatLine(serverName, code, [this.#deps.shownNick, ...params], text)]);
  }

  #tryComplete(): void {
    if (this.isComplete && !this.#deps.isIn) this.#deps.complete();
  }
}
