// Who a connection is: registering, logging in, and what the account can be entered with.

import { isPassword, labelOf, newCodes } from '../../bytes/secret';
import { hashOfSecret } from '../../bytes/token';
import { isBirthDate, isFullName } from '../../bytes/validation';
import { type CredentialId, nameOf } from '../../model';
import { dialect, type Handler, nothing } from './replies';

const register: Handler<'register'> = (requests, request) => {
  const { fullName, born, token, label = '', invite } = request;
  const { host } = requests;
  const name = nameOf(request.name);
  if (!name || !isFullName(fullName)) return requests.refuse(request, 'bad-name');
  if (!isBirthDate(born, host.now)) return requests.refuse(request, 'bad-date');
  requests.submit(
    request,
    {
      do: 'register',
      name,
      fullName,
      born,
      host: host.peerHost,
      key: { hash: hashOfSecret(token), label: labelOf(label) },
      ...(invite !== undefined && { invite: hashOfSecret(invite) }),
    },
    nothing,
  );
};

const login: Handler<'login'> = (requests, request) => {
  const { session, machine, remote: address } = requests.host;
  const account = nameOf(request.name);
  if (!account) return requests.refuse(request, 'unknown-user');
  requests.account = account;
  const { token, key, label = '' } = request;
  const connection = { session, dialect, machine, address };
  requests.host.prove(account, token, (proof) => {
    if (!proof.ok) return requests.refuse(request, proof.why);
    requests.submit(
      request,
      {
        do: 'login',
        ...connection,
        ...proof.value,
        ...(key !== undefined && { key: { hash: hashOfSecret(key), label: labelOf(label) } }),
        watches: true,
      },
      ({ name }) => ({ name }),
    );
  });
};

const listCredentials: Handler<'credentials'> = (requests, request) => {
  const by = { session: requests.host.session };
  requests.submit(request, { do: 'credentials', by }, ({ credentials }) => ({
    credentials: [...credentials],
  }));
};

const addKey: Handler<'key-add'> = (requests, request) => {
  const { remote, session } = requests.host;
  const { key, label = '' } = request;
  requests.submit(
    request,
    {
      do: 'credential-add',
      by: { session },
      host: remote.host,
      kind: 'key',
      hash: hashOfSecret(key),
      label: labelOf(label),
    },
    ({ id }) => ({ id }),
  );
};

const setPassword: Handler<'password'> = (requests, request) => {
  const { host } = requests;
  if (!isPassword(request.password)) return requests.refuse(request, 'bad-password');
  host.hashPassword(request.password, (hash) => {
    if (!hash.ok) return requests.refuse(request, hash.why);
    const { remote, session } = host;
    requests.submit(
      request,
      {
        do: 'credential-add',
        by: { session },
        host: remote.host,
        kind: 'password',
        hash: hash.value,
        label: '',
      },
      ({ id }) => ({ id }),
    );
  });
};

const renewRecovery: Handler<'recovery'> = (requests, request) => {
  const { host } = requests;
  const codes = newCodes(host);
  requests.submit(
    request,
    { do: 'recovery-renew', by: { session: host.session }, hashes: codes.map(hashOfSecret) },
    () => ({ codes }),
  );
};

const revokeCredential: Handler<'credential-revoke'> = (requests, request) => {
  const by = { session: requests.host.session };
  const id = request.id as CredentialId;
  requests.submit(request, { do: 'credential-revoke', by, id }, nothing);
};

export const identityHandlers = {
  register,
  login,
  credentials: listCredentials,
  'key-add': addKey,
  password: setPassword,
  recovery: renewRecovery,
  'credential-revoke': revokeCredential,
};
