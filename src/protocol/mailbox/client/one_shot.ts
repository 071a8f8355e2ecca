// What the program asks without a session: to register, to take a registration back, to list the users.

import type { Client, ClientHost, Ending, Registration, Target } from '../../dialect';
import { ok, refused } from '../../model';
import { codes } from '../wire/messages';
import { credentials } from './credentials';
import { userIn } from './directory';
import { register } from './registering';
import { perform, performSilently, showRemark, showResult } from './requests';

type Done = (ending: Ending) => void;

/** Takes a registration back. Its key is good no more. */
function unregister(host: ClientHost, alias: string, done: Done): void {
  perform(host, { operation: 'UNREGISTER', alias }, ({ code, ending }) => {
    const key = code === 0 ? host.keys.of(alias) : undefined;
    if (key !== undefined) host.keys.drop(alias, key);
    done(ending);
  });
}

export const oneShot = {
  register(host: ClientHost, _target: Target, who: Registration, done: Done) {
    register(host, who, ({ ending }) => done(ending));
  },
  unregister(host: ClientHost, _target: Target, alias: string, done: Done) {
    unregister(host, alias, done);
  },
  credentials,
  users(host, _target, alias, done) {
    const operation = 'CONNECTEDUSERS';
    performSilently(host, { operation, alias: alias ?? '' }, (result) => {
      if (result.ending === 'done') {
        showRemark(host, result.remark);
        return done(ok(result.fields.map(userIn)));
      }
      showResult(host, operation, result);
      // A user who is not registered is refused with the same code as everything else (source 000, 7.7).
      const isUnknown =
        result.remark === undefined &&
        alias !== undefined &&
        result.code === codes.CONNECTEDUSERS.failed;
      done(refused(isUnknown ? 'unknown-user' : result.ending));
    });
  },
} satisfies Partial<Client>;
