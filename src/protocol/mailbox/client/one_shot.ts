// What the program asks without a session: to register, to take a registration back, to list the users.

import type { Client, ClientHost, Ending, Registration, Target } from '../../dialect';
import { ok, refused } from '../../model';
import { codes } from '../wire/messages';
import { userIn } from './directory';
import { perform, performSilently, register, showRemark, showResult } from './requests';

type Done = (ending: Ending) => void;

export const oneShot = {
  register(host: ClientHost, _target: Target, who: Registration, done: Done) {
    register(host, who, ({ ending }) => done(ending));
  },
  unregister(host: ClientHost, _target: Target, alias: string, done: Done) {
    perform(host, { operation: 'UNREGISTER', alias }, ({ ending }) => done(ending));
  },
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
