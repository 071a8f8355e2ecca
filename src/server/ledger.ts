// `chat ledger`: prints every entry of the ledger and checks that they add up to the balances.

import { defineCommand } from '../cli/command';
import { exit } from '../cli/exit';
import { escapeForTerminal, terminalJson } from '../protocol/bytes/escape';
import { explainedDatabase, openDatabase, OutputLines } from './database_reader';
import { databaseIn, defaultFolder } from './folder';
import { type Audit, auditLedger, type LedgerEntry } from './hub/audit';

/** The exit status where entries and balances do not add up. */
const unbalanced = 1;

export const ledger = defineCommand({
  meta: { name: 'ledger', description: 'Print the ledger of the market, and check it' },
  args: {
    data: { type: 'string', valueHint: 'DIR', description: 'where the server keeps everything' },
    json: { type: 'boolean', description: 'print one object an entry, a balance, and the result' },
  },
  examples: ['chat ledger', 'chat ledger --data DIR --json'],
  async run({ data, json }, io) {
    const path = databaseIn(data ?? defaultFolder());
    const db = openDatabase(path);
    const lines = new OutputLines(io.out);
    let audit: Audit;
    try {
      audit = auditLedger(db, (entry) =>
        lines.add(json ? terminalJson(entryObject(entry)) : entryLine(entry)),
      );
    } catch (error) {
      throw explainedDatabase(error, path);
    } finally {
      db.close();
    }
    for (const { name, owner, balance } of audit.funds) {
      const who = { owner, name, balance };
      lines.add(json ? terminalJson({ type: 'balance', ...who }) : balanceLine(name, balance));
    }
    if (json) lines.add(terminalJson(resultObject(audit)));
    lines.flush();
    if (!json) io.err.write(resultText(audit));
    return audit.faults.length === 0 ? exit.ok : unbalanced;
  },
});

const timeOf = (entry: LedgerEntry): string =>
  new Date(entry.at * 1000).toISOString().replace('.000Z', 'Z');

function entryObject(entry: LedgerEntry): Record<string, unknown> {
  const { id, payer_name: from, payee_name: name, amount, before } = entry;
  const common = { type: 'entry', id, at: timeOf(entry) };
  return from === null
    ? { ...common, kind: 'set', name, amount, before }
    : { ...common, kind: 'transfer', from, to: name, amount };
}

const shown = (name: string): string => `<${escapeForTerminal(name)}>`;

function entryLine(entry: LedgerEntry): string {
  const { id, payer_name: payer, payee_name: payee, amount, before } = entry;
  const head = `${id}  ${timeOf(entry)}  `;
  if (payer !== null) return `${head}${shown(payer)} transferred ${amount} to ${shown(payee)}`;
  const was = before === null ? '' : ` (was ${before})`;
  return `${head}${shown(payee)} set to ${amount}${was}`;
}

const balanceLine = (name: string, balance: number): string => `${shown(name)} has ${balance}`;

/** The sum is text: all balances together can be more than a number of JSON holds exactly. */
const resultObject = ({ entries, funds, sum, faults }: Audit): Record<string, unknown> => ({
  type: 'result',
  entries,
  balances: funds.length,
  sum: String(sum),
  ok: faults.length === 0,
  faults,
});

function resultText({ entries, funds, sum, faults }: Audit): string {
  const what = [
    entries === 1 ? '1 entry' : `${entries} entries`,
    funds.length === 1 ? '1 balance' : `${funds.length} balances`,
    `${sum} dollars in all`,
  ].join(', ');
  if (faults.length === 0) return `${what}: they add up\n`;
  const lines = faults.map((fault) => `${escapeForTerminal(fault)}\n`);
  return `${lines.join('')}${what}: they do not add up\n`;
}
