// Writes the last part of docs/limits.md anew: every bound, from the table of limits.

import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { everyBound, heading } from '../test/tidy/limits_table';

const path = resolve(import.meta.dir, '../docs/limits.md');
const text = readFileSync(path, 'utf8');
const at = text.indexOf(`\n${heading}\n`);
writeFileSync(path, `${at < 0 ? `${text.trimEnd()}\n` : text.slice(0, at)}\n${everyBound()}`);
