// What the accounts of tests register with.

/** 43 characters that no other test has. */
export const tokenFor = (name: string): string =>
  Buffer.from(name).toString('base64url').padEnd(43, '-').slice(0, 43);

export const born = '04/05/1852';
