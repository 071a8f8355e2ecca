// Money: balances in whole dollars, and the ledger, in which every change of one is an entry for good.

import { type Name, ok, refused } from '../../../protocol/model';
import type { Define, Handlers, HubState } from '../handler';
import { accountRecipient, bareNameOf } from '../names';
import type { SessionRow } from '../state/sessions';
import { recipientOf } from '../state/users';
import type { Store } from '../store';

/** The most that a balance can be, in dollars: what a number holds exactly. */
const balanceMax = Number.MAX_SAFE_INTEGER;

/** Whose balance it is: an account's for good, or a guest's by its spelling, so that a guest who returns finds it. */
type Owner = `a${string}` | `n${string}`;

const ownerOfAccount = (account: number): Owner => accountRecipient(account) as string as Owner;
const ownerOf = ({ account, name }: Pick<SessionRow, 'account' | 'name'>): Owner =>
  account === null ? `n${bareNameOf(name)}` : ownerOfAccount(account);

const isDollars = (amount: number): boolean => Number.isSafeInteger(amount) && amount >= 0;

type Values = Readonly<Record<string, string | number | null>>;

function prepareBalanceOf(db: Store): (owner: Owner) => number | undefined {
  const find = db.prepare<{ balance: number }, [string]>(
    'SELECT balance FROM funds WHERE owner = ?',
  );
  return (owner) => find.get(owner)?.balance;
}

const balanceSet: Define<'balance-set'> = ({ db }) => {
  const balanceOf = prepareBalanceOf(db);
  const put = db.prepare<never, [string, string, number]>(
    `INSERT INTO funds (owner, name, balance) VALUES (?, ?, ?)
     ON CONFLICT (owner) DO UPDATE SET name = excluded.name, balance = excluded.balance`,
  );
  const enter = db.prepare<never, Values>(
    `INSERT INTO ledger (at, payee, payee_name, amount, before)
     VALUES ($at, $payee, $payeeName, $amount, $before)`,
  );
  return ({ amount }, context, session) => {
    if (!isDollars(amount)) return refused('bad-amount');
    const payee = ownerOf(session);
    const { name: payeeName } = session;
    const before = balanceOf(payee);
    context.isDurable = true;
    put.run(payee, payeeName, amount);
    enter.run({ at: context.seconds, payee, payeeName, amount, before: before ?? null });
    return ok({ before: before ?? 0, after: amount });
  };
};

const funds: Define<'funds'> = ({ db }) => {
  const balanceOf = prepareBalanceOf(db);
  return (_command, _context, session) => {
    const balance = balanceOf(ownerOf(session));
    return balance === undefined ? refused('no-account') : ok({ balance });
  };
};

const fundsKept: Define<'funds-kept'> = ({ db, users }) => {
  const balanceOf = prepareBalanceOf(db);
  return ({ name }) => {
    if (users.isTaken(name)) return refused('name-taken');
    return ok({ balance: balanceOf(ownerOf({ account: null, name })) ?? 0 });
  };
};

/** The user to whom money is sent, here or away. */
function payeeNamed({ accounts, presence, sessions }: HubState, to: Name) {
  const account = accounts.find(to);
  if (account) {
    const { id, name } = account;
    const recipient = accountRecipient(id);
    return { owner: ownerOfAccount(id), name, recipient, isHere: presence.isReachable(id) };
  }
  const guest = sessions.guest(to);
  if (!guest) return undefined;
  return { owner: ownerOf(guest), name: guest.name, recipient: recipientOf(guest), isHere: true };
}

const transfer: Define<'transfer'> = (hub) => {
  const { db } = hub;
  const balanceOf = prepareBalanceOf(db);
  const update = db.prepare<never, [number, string]>(
    'UPDATE funds SET balance = ? WHERE owner = ?',
  );
  const enter = db.prepare<never, Values>(
    `INSERT INTO ledger (at, payer, payer_name, payee, payee_name, amount)
     VALUES ($at, $payer, $payerName, $payee, $payeeName, $amount)`,
  );
  return ({ to, amount }, context, session) => {
    if (!isDollars(amount) || amount === 0) return refused('bad-amount');
    const payer = ownerOf(session);
    const payee = payeeNamed(hub, to);
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
    const after = before - amount;
    update.run(after, payer);
    update.run(received + amount, payee.owner);
    const { name: payerName, dialect: origin } = session;
    enter.run({
      at: context.seconds,
      payer,
      payerName,
      payee: payee.owner,
      payeeName: payee.name,
      amount,
    });
    context.notify({ recipient: payee.recipient }, { is: 'paid', from: payerName, origin, amount });
    return ok({ before, after });
  };
};

export const ledgerHandlers = (
  hub: HubState,
): Pick<Handlers, 'balance-set' | 'funds' | 'funds-kept' | 'transfer'> => ({
  'balance-set': balanceSet(hub),
  funds: funds(hub),
  'funds-kept': fundsKept(hub),
  transfer: transfer(hub),
});
