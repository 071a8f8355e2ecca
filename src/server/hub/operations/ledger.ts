// Money: balances in whole dollars, and the ledger, in which every change of one is an entry for good.

import { ok, refused } from '../../../protocol/model';
import type { Handlers } from '../context';
import { accountRecipient } from '../names';
import type { AccountRow, People, SessionRow } from '../state/people';
import type { Store } from '../store';

/** The most that a balance can be, in dollars: what a number holds exactly. */
const balanceMax = Number.MAX_SAFE_INTEGER;

/** Whose balance it is: an account's for good, a guest's by his name, so that he finds it when he returns. */
type Owner = `a${string}` | `n${string}`;

const ownerOfAccount = (account: number): Owner => accountRecipient(account) as string as Owner;
const ownerOf = ({ account, key }: Pick<SessionRow, 'account' | 'key'>): Owner =>
  account === null ? `n${key}` : ownerOfAccount(account);

const isDollars = (amount: number): boolean => Number.isSafeInteger(amount) && amount >= 0;

export function ledger(
  db: Store,
  people: People,
): Pick<Handlers, 'balance-set' | 'funds' | 'transfer'> {
  const find = db.prepare<{ balance: number }, [string]>(
    'SELECT balance FROM funds WHERE owner = ?',
  );
  const put = db.prepare<never, [string, string, number]>(
    `INSERT INTO funds (owner, name, balance) VALUES (?, ?, ?)
     ON CONFLICT (owner) DO UPDATE SET name = excluded.name, balance = excluded.balance`,
  );
  const update = db.prepare<never, [number, string]>(
    'UPDATE funds SET balance = ? WHERE owner = ?',
  );
  const enterSet = db.prepare<never, [number, string, string, number, number | null]>(
    'INSERT INTO ledger (at, payee, payee_name, amount, before) VALUES (?, ?, ?, ?, ?)',
  );
  const enterTransfer = db.prepare<never, [number, string, string, string, string, number]>(
    `INSERT INTO ledger (at, payer, payer_name, payee, payee_name, amount)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const balanceOf = (owner: Owner): number | undefined => find.get(owner)?.balance;

  return {
    'balance-set'(command, context) {
      const session = people.session(command.session);
      if (!session) return refused('not-entered');
      const { amount } = command;
      if (!isDollars(amount)) return refused('bad-amount');
      const owner = ownerOf(session);
      const before = balanceOf(owner);
      context.isDurable = true;
      put.run(owner, session.name, amount);
      enterSet.run(context.seconds, owner, session.name, amount, before ?? null);
      return ok({ before: before ?? 0, after: amount });
    },

    funds(command) {
      const session = people.session(command.session);
      if (!session) return refused('not-entered');
      const balance = balanceOf(ownerOf(session));
      return balance === undefined ? refused('no-account') : ok({ balance });
    },

    transfer(command, context) {
      const session = people.session(command.session);
      if (!session) return refused('not-entered');
      const { amount } = command;
      if (!isDollars(amount) || amount === 0) return refused('bad-amount');
      const payer = ownerOf(session);
      const payee = payeeOf(people.account(command.to), people.guest(command.to));
      if (payee?.owner === payer) return refused('to-oneself');
      if (!payee?.isHere) return refused('not-connected');
      const before = balanceOf(payer);
      if (before === undefined) return refused('no-account');
      const received = balanceOf(payee.owner);
      if (received === undefined) return refused('recipient-no-account');
      if (amount > before) return refused('insufficient');
      // Not `received + amount`, which may be more than a number holds exactly.
      if (amount > balanceMax - received) return refused('too-much');
      context.isDurable = true;
      update.run(before - amount, payer);
      update.run(received + amount, payee.owner);
      enterTransfer.run(context.seconds, payer, session.name, payee.owner, payee.name, amount);
      context.notify(
        { recipient: payee.recipient },
        { is: 'paid', from: session.name, origin: session.dialect, amount },
      );
      return ok({ before, after: before - amount });
    },
  };

  function payeeOf(account: AccountRow | undefined, guest: SessionRow | undefined) {
    if (account) {
      const { id, name } = account;
      const recipient = accountRecipient(id);
      return { owner: ownerOfAccount(id), name, recipient, isHere: people.reachable(id) };
    }
    if (!guest) return undefined;
    const { name } = guest;
    return { owner: ownerOf(guest), name, recipient: people.recipientOf(guest), isHere: true };
  }
}
