// The flags of `chat serve` that say who may come in.

import type { PolicySettings, Registration } from './policy';

export const policyOptions = {
  registration: {
    type: 'enum',
    options: ['open', 'invite', 'closed'],
    description: 'who may register: everybody, who has an invite code, nobody',
    default: 'open',
  },
  'no-guests': { type: 'boolean', description: 'let nobody in without an account' },
  'require-credentials': {
    type: 'boolean',
    description: 'let no account act that shows no key or password, at any door',
  },
} as const;

export const policyOf = (given: {
  readonly registration: Registration;
  readonly 'no-guests': boolean;
  readonly 'require-credentials': boolean;
}): PolicySettings => ({
  registration: given.registration,
  refusesGuests: given['no-guests'],
  requiresCredentials: given['require-credentials'],
});
