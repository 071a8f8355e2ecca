// What an account can be entered with: listed, added, revoked, by operations that only servers of ours have.

import type {
  ClientHost,
  CredentialAnswer,
  CredentialRequest,
  Ending,
  Target,
} from '../../dialect';
import { ok, refused, type Result } from '../../model';
import { credentialIn } from '../wire/credentials';
import type { ClientOperation, Request } from '../wire/messages';
import { performSilently, showResult } from './requests';

export function credentials(
  host: ClientHost,
  _target: Target,
  alias: string,
  request: CredentialRequest,
  done: (result: Result<CredentialAnswer, Ending>) => void,
): void {
  const asked = requestFor(alias, request);
  const secret = ('secret' in request ? request.secret : undefined) ?? host.keys.of(alias);
  const prefixed = secret === undefined ? {} : { KEY: secret };
  const replied: Parameters<typeof performSilently>[2] = (result) => {
    if (result.ending !== 'done') {
      showResult(host, asked.operation, result);
      return done(refused(result.ending));
    }
    done(ok(answerIn(request, result.fields)));
  };
  performSilently(host, asked, replied, undefined, prefixed);
}

function requestFor(alias: string, request: CredentialRequest): Request<ClientOperation> {
  switch (request.do) {
    case 'list':
      return { operation: 'KEYS', alias };
    case 'add-key':
      return { operation: 'KEYADD', alias, key: request.key, label: request.label };
    case 'revoke':
      return { operation: 'KEYREVOKE', alias, id: String(request.id) };
    case 'set-password':
      return { operation: 'PASSWORD', alias, password: request.password };
    case 'renew-recovery':
      return { operation: 'RECOVERY', alias };
  }
}

function answerIn(request: CredentialRequest, fields: readonly string[]): CredentialAnswer {
  if (request.do === 'list')
    return { credentials: fields.flatMap((one) => credentialIn(one) ?? []) };
  return request.do === 'renew-recovery' ? { codes: fields } : {};
}
