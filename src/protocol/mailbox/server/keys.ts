// What an account can be entered with: listed, added, revoked. The source knows no secrets; these operations are ours.

import { isPassword, keyForm, labelOf, newCodes } from '../../bytes/secret';
import { hashOfSecret } from '../../bytes/token';
import type { Command } from '../../commands';
import type { Host } from '../../dialect';
import type { CredentialId, Name } from '../../model';
import { listFields } from '../wire/codec';
import { credentialField } from '../wire/credentials';
import type { Request } from '../wire/messages';
import { countOf } from '../wire/values';

type KeyRequest = Request<'KEYS' | 'KEYADD' | 'KEYREVOKE' | 'PASSWORD' | 'RECOVERY'>;

/** Who a request acts for: an account, by what was proved, or by its name alone. */
export type Who = { readonly account: Name; readonly credential?: CredentialId };

/** The request that is served: its connection, who asks, and its replies. */
interface Asked {
  readonly host: Host;
  /** Where an alias can name nobody, the request is refused. */
  who(alias: string): Who | undefined;
  succeed(alias: string, fields?: readonly string[]): void;
  fail(alias: string, why?: string): void;
}

export function serveKeys(request: KeyRequest, asked: Asked): void {
  const by = asked.who(request.alias);
  if (!by) return;
  switch (request.operation) {
    case 'KEYS':
      return list(by, asked);
    case 'KEYADD':
      return addKey(by, request, asked);
    case 'KEYREVOKE':
      return revoke(by, request, asked);
    case 'PASSWORD':
      return setPassword(by, request, asked);
    case 'RECOVERY':
      return renewRecovery(by, asked);
  }
}

function list(by: Who, asked: Asked): void {
  asked.host.submit({ do: 'credentials', by }, (outcome) => {
    if (!outcome.ok) return asked.fail(by.account, outcome.why);
    asked.succeed(by.account, listFields(outcome.value.credentials.map(credentialField)));
  });
}

function addKey(by: Who, { key, label }: Request<'KEYADD'>, asked: Asked): void {
  if (!keyForm.test(key)) return asked.fail(by.account);
  add(by, { kind: 'key', hash: hashOfSecret(key), label: labelOf(label) }, asked);
}

function setPassword(by: Who, { password }: Request<'PASSWORD'>, asked: Asked): void {
  if (!isPassword(password)) return asked.fail(by.account);
  asked.host.hashPassword(password, (hash) => {
    if (hash.ok) add(by, { kind: 'password', hash: hash.value, label: '' }, asked);
    else asked.fail(by.account, hash.why);
  });
}

function add(
  by: Who,
  credential: Pick<Command<'credential-add'>, 'kind' | 'hash' | 'label'>,
  asked: Asked,
): void {
  const { host } = asked.host.remote;
  asked.host.submit({ do: 'credential-add', by, host, ...credential }, (outcome) => {
    if (!outcome.ok) return asked.fail(by.account, outcome.why);
    asked.succeed(by.account, credential.kind === 'key' ? [String(outcome.value.id)] : []);
  });
}

function revoke(by: Who, request: Request<'KEYREVOKE'>, asked: Asked): void {
  const id = countOf(request.id) as CredentialId | undefined;
  if (id === undefined) return asked.fail(by.account);
  asked.host.submit({ do: 'credential-revoke', by, id }, (outcome) => {
    if (outcome.ok) asked.succeed(by.account);
    else asked.fail(by.account, outcome.why);
  });
}

function renewRecovery(by: Who, asked: Asked): void {
  const codes = newCodes(asked.host);
  const hashes = codes.map(hashOfSecret);
  asked.host.submit({ do: 'recovery-renew', by, hashes }, (outcome) => {
    if (outcome.ok) asked.succeed(by.account, listFields(codes));
    else asked.fail(by.account, outcome.why);
  });
}
