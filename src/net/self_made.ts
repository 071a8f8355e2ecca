// Certificates that `chat cert` makes: how they say so.

/** Their whole subject and issuer: an organization of this name. Anybody can write it: it says who may be trusted on first use, not who they are. */
export const selfMadeOrganization = 'chat cert';
