// What the program asks without a session: to register, to take that back, who is there, what an account is entered with.

import type { Client, ClientHost, CredentialAnswer, Ending, Shown, Target } from '../../client';
import { note } from '../../client_kit/note';
import { limits } from '../../limits';
import { type CredentialId, type CredentialInfo, ok, refused, type Result } from '../../model';
import type { ReplyOf } from '../wire/messages';
import { Visit } from './visit';
import { endingOf, loginRefusal, noSecret, wordsFor } from './words';

type Settle<T> = (result: Result<T, Ending>) => void;

/** Opens a connection and asks on it; without an end of that in time, nobody was reached. */
function visit<T>(
  host: ClientHost,
  done: Settle<T>,
  ask: (visit: Visit, settle: Settle<T>) => void,
): void {
  let isOver = false;
  let current: Visit | undefined;
  const settle: Settle<T> = (result) => {
    if (isOver) return;
    isOver = true;
    cancel();
    current?.end();
    done(result);
  };
  // Who has shown what was wrong waits for the answer.
  const ms = limits.client.answerMs + limits.credentials.failureWaitMs;
  const cancel = host.after(ms, () => settle(refused('unreachable')));
  host.dial((connection) => {
    const opened = new Visit(connection, {
      opened: () => ask(opened, settle),
      lost: () => settle(refused('unreachable')),
    });
    current = opened;
    return opened;
  });
}

/** The same as an account, which has logged in. `secret`: what is shown instead of what is kept. */
function visitAs<T>(
  host: ClientHost,
  target: Target,
  who: { readonly alias: string; readonly secret?: string | undefined },
  done: Settle<T>,
  ask: (visit: Visit, settle: Settle<T>) => void,
): void {
  const { alias: name, secret = host.keys.of(name) ?? target.secret } = who;
  if (secret === undefined) {
    host.show(note(noSecret(name)));
    return done(refused('not-allowed'));
  }
  visit(host, done, (opened, settle) =>
    opened.request({ do: 'login', name, token: secret }, (outcome) => {
      if (outcome.ok) return ask(opened, settle);
      if (outcome.why !== 'unreachable') host.show(note(loginRefusal(name, outcome.why)));
      settle(refused(endingOf(outcome.why)));
    }),
  );
}

/** Says why, and how it ended. */
function failing<T>(host: ClientHost, what: string, why: string, settle: Settle<T>): void {
  if (why !== 'unreachable') host.show(note(`${what}: ${wordsFor(why)}`));
  settle(refused(endingOf(why)));
}

const shownResult = (line: string): Shown => ({
  kind: 'result',
  lines: [line],
  json: { type: 'result', text: line },
});

const infoOf = ({
  id,
  usedAt,
  ...rest
}: ReplyOf<'credentials'>['credentials'][number]): CredentialInfo => ({
  ...rest,
  id: id as CredentialId,
  ...(usedAt !== undefined && { usedAt }),
});

const endingFrom =
  (done: (ending: Ending) => void): Settle<void> =>
  (outcome) =>
    done(outcome.ok ? 'done' : outcome.why);

export const oneShot = {
  register(host, _target, { alias: name, fullName, born }, done) {
    const made = host.keys.make(name);
    if (!made.ok) {
      host.show(note(`The key of ${name} cannot be kept: ${host.hint('state')}`));
      return done('unwritable');
    }
    const token = made.value;
    const invite = host.invite === undefined ? {} : { invite: host.invite };
    visit<void>(host, endingFrom(done), (opened, settle) =>
      opened.request({ do: 'register', name, fullName, born, token, ...invite }, (outcome) => {
        if (outcome.ok) {
          host.keys.confirm(name, token);
          host.show(shownResult(`${name} is registered; its key is kept.`));
          return settle(ok(undefined));
        }
        // Without an answer it may be an account's key by now, and is shown again.
        if (endingOf(outcome.why) !== 'try-later' && outcome.why !== 'unreachable')
          host.keys.drop(name, token);
        failing(host, name, outcome.why, settle);
      }),
    );
  },

  unregister(host, target, alias, done) {
    visitAs<void>(host, target, { alias }, endingFrom(done), (opened, settle) =>
      opened.request({ do: 'unregister' }, (outcome) => {
        if (!outcome.ok) return failing(host, alias, outcome.why, settle);
        const key = host.keys.of(alias);
        if (key !== undefined) host.keys.drop(alias, key);
        host.show(shownResult(`${alias} is deleted.`));
        settle(ok(undefined));
      }),
    );
  },

  users(host, target, alias, done) {
    if (alias === undefined) {
      host.show(note(`Say who asks: https://NAME@HOST, or ${host.hint('asker')}`));
      return done(refused('usage'));
    }
    visitAs<readonly string[]>(host, target, { alias }, done, (opened, settle) =>
      opened.request({ do: 'users' }, (outcome) => {
        if (!outcome.ok) return failing(host, alias, outcome.why, settle);
        const { users, count } = outcome.value;
        if (count > users.length) host.show(note(`The first ${users.length} of ${count}.`));
        settle(ok(users.map(({ name }) => name)));
      }),
    );
  },

  credentials(host, target, alias, request, done) {
    const secret = 'secret' in request ? request.secret : undefined;
    visitAs<CredentialAnswer>(host, target, { alias, secret }, done, (opened, settle) => {
      const answered = (outcome: Result<CredentialAnswer, string>): void =>
        outcome.ok ? settle(ok(outcome.value)) : failing(host, alias, outcome.why, settle);
      const changed = (outcome: Result<unknown, string>): void =>
        answered(outcome.ok ? ok({}) : outcome);
      switch (request.do) {
        case 'list':
          return opened.request({ do: 'credentials' }, (outcome) =>
            answered(
              outcome.ok ? ok({ credentials: outcome.value.credentials.map(infoOf) }) : outcome,
            ),
          );
        case 'add-key':
          return opened.request({ do: 'key-add', key: request.key, label: request.label }, changed);
        case 'revoke':
          return opened.request({ do: 'credential-revoke', id: request.id }, changed);
        case 'set-password':
          return opened.request({ do: 'password', password: request.password }, changed);
        case 'renew-recovery':
          return opened.request({ do: 'recovery' }, answered);
      }
    });
  },
} satisfies Partial<Client>;
