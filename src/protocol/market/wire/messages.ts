// What the two sides of the market protocol say to each other, and every text of it.

import type { Name } from '../../model';

/** What a line means while the server waits for a balance. */
export type Answer =
  | { readonly is: 'balance'; readonly amount: number }
  /** A number, but no whole number of dollars that an account can hold. */
  | { readonly is: 'bad-balance' }
  /** No number: the identifier that the client wants. */
  | { readonly is: 'name'; readonly name: Name }
  | { readonly is: 'bad-name' }
  | { readonly is: 'blank' }
  /** What the balance of the name is. */
  | { readonly is: 'funds' }
  /** From now on private lines are to be marked. */
  | { readonly is: 'marks' }
  | { readonly is: 'quit' };

/** What a line of a client that has entered asks for (source 004, 7). */
export type Request =
  | { readonly is: 'say'; readonly text: string }
  | { readonly is: 'private'; readonly to: string; readonly text: string }
  | { readonly is: 'users' }
  | { readonly is: 'block' | 'unblock'; readonly name: string }
  | { readonly is: 'funds' }
  | { readonly is: 'transfer'; readonly to: string; readonly amount: number }
  | { readonly is: 'bad-amount' }
  /** A whole number of dollars that is more than any account can hold. */
  | { readonly is: 'beyond-money' }
  | { readonly is: 'quit' }
  /** A command that is not written as it should be; `form` is how. */
  | { readonly is: 'malformed'; readonly form: string }
  | { readonly is: 'unknown' }
  | { readonly is: 'blank' };

/** What a client makes of one line from the server. */
export type ServerMessage =
  | { readonly is: 'welcome' | 'farewell' | 'question' }
  | {
      readonly is: 'said';
      readonly from: string;
      readonly text: string;
      readonly isPrivate?: true;
    }
  | { readonly is: 'joined' | 'left'; readonly name: string }
  | { readonly is: 'balance-set' | 'funds'; readonly amount: string }
  | { readonly is: 'sent'; readonly to: string; readonly amount: string }
  | { readonly is: 'paid'; readonly from: string; readonly amount: string }
  /** The list of users begins. */
  | { readonly is: 'users' }
  | { readonly is: 'user'; readonly name: string }
  | { readonly is: 'refused'; readonly why: Refusal }
  /** Anything else that a server may say. */
  | { readonly is: 'told' };

export type Refusal =
  | 'in-use'
  | 'bad-name'
  | 'bad-balance'
  | 'bad-amount'
  | 'insufficient'
  | 'not-connected'
  | 'no-account'
  | 'oneself'
  | 'too-much'
  | 'full'
  | 'muted'
  | 'banned'
  | 'malformed'
  | 'unknown-command'
  | 'too-long'
  | 'undelivered'
  | 'busy';

/** Stands before everything that the server itself says after the welcome. */
export const serverPrefix = '[SERVER] Client: ';

/** Stands before a private line, for clients that have asked for it: no line of a user's can begin with it. */
export const privateMark = '[PRIVATE] ';

/** How a name is written wherever it stands: the source's transcripts show the angle brackets. */
export const marked = (name: string): string => `<${name}>`;

/** How each command is written. */
export const forms = {
  quit: ':q',
  private: ':p - <ID> - text',
  users: ':u',
  funds: ':funds',
  transfer: ':t - <ID> - amount',
  block: ':block - <ID>',
  unblock: ':unblock - <ID>',
} as const;

/** Ours, before entering only: asks that private lines be marked. */
export const marksWanted = ':marks';

/** Anything else the server says to one client. */
const told = (text: string): string => `${serverPrefix}${text}`;

/** The source's texts word for word, then ours for what it has none for. Names come without brackets. */
export const texts = {
  welcome: 'Welcome to the best chat in the universe!',
  farewell: 'You have been disconnected from the best chat in the universe!',
  question: told('What is your balance?'),
  balanceSet: (amount: number) => told(`The balance of ${amount} has been set to your account.`),
  joined: (name: string) => told(`${marked(name)} connected!`),
  left: (name: string) => told(`${marked(name)} disconnected!`),
  funds: (amount: number) => told(`You have ${amount} dollars.`),
  insufficient: told("You don't have sufficient funds for the transaction."),

  users: told('Connected users:'),
  sent: (amount: number, to: string) => told(`You transferred ${amount} dollars to ${marked(to)}.`),
  paid: (from: string, amount: number) =>
    told(`${marked(from)} transferred ${amount} dollars to you.`),
  inUse: (name: string) => told(`${marked(name)} is already in use.`),
  badName: told('An identifier has 1 to 32 visible characters, none of : < > [ ] or space.'),
  badBalance: told('The balance must be a whole number.'),
  badAmount: told('The amount must be a whole number above 0.'),
  notConnected: (name: string) => told(`${marked(name)} is not connected.`),
  noAccount: (name: string) => told(`${marked(name)} has no account here.`),
  payOneself: told('You cannot transfer money to yourself.'),
  writeOneself: told('You cannot send a private message to yourself.'),
  tooMuch: (name: string) => told(`${marked(name)} cannot hold that much money.`),
  waiting: (name: string) => told(`${marked(name)} is away and gets your message later.`),
  full: (name: string) => told(`Too many messages wait for ${marked(name)}.`),
  undelivered: (name: string) => told(`${marked(name)} left before your message arrived.`),
  malformed: (form: string) => told(`Write it like this: ${form}`),
  unknownCommand: told('Unknown command. Try :q :p :u :t :funds'),
  tooLong: (bytes: number) => told(`A line has at most ${bytes} bytes.`),
  /** What moderators do, in a sentence without its stop. */
  told: (sentence: string) => told(`${sentence}.`),
  muted: told('You may not speak now.'),
  banned: told('You are banned here.'),
  blocked: (name: string) => told(`Nothing of ${marked(name)} reaches you now.`),
  unblocked: (name: string) => told(`You hear ${marked(name)} again.`),
  notBlocked: (name: string) => told(`You do not block ${marked(name)}.`),
  blockOneself: told('You cannot block yourself.'),
  tooMany: told('Too many already.'),
  noGuests: told('This server lets nobody in without an account, and this protocol knows none.'),
  busy: told('The server could not do that now. Try again later.'),
} as const;
