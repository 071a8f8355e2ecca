// One credential as a field of KEYS: what a program splits at spaces, and its label behind that.

import type { CredentialId, CredentialInfo, CredentialKind } from '../../model';
import { countOf } from './values';

const kinds: readonly string[] = ['key', 'password', 'recovery'] satisfies CredentialKind[];

/** `3 key 1700000000 1700086400 my laptop`: number, kind, when it was made and last shown (0: never), label. */
export const credentialField = ({ id, kind, madeAt, usedAt = 0, label }: CredentialInfo): string =>
  `${id} ${kind} ${madeAt} ${usedAt} ${label}`;

/** What such a field says; undefined where it is none. */
export function credentialIn(field: string): CredentialInfo | undefined {
  const [, number = '', kind = '', made = '', used = '', label = ''] =
    /^(\d+) (\w+) (\d+) (\d+) (.*)$/.exec(field) ?? [];
  const [id, madeAt, usedAt] = [number, made, used].map(countOf);
  if (id === undefined || madeAt === undefined || usedAt === undefined) return undefined;
  if (!kinds.includes(kind)) return undefined;
  return {
    id: id as CredentialId,
    kind: kind as CredentialKind,
    label,
    madeAt,
    ...(usedAt > 0 && { usedAt }),
  };
}
