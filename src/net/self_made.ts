// Certificates that `chat cert` makes: how they say so.

/** Their subject's and issuer's organization. Anybody can write it: it says who may be trusted on first use, not who they are. */
export const selfMadeOrganization = 'chat cert';
