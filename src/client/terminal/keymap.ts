// Which key makes which edit of the line: the keys of readline, and those of graphical editors.

import type { Line } from './line';

/** Edits the line. Gives false if that was not possible. */
type Edit = (line: Line) => boolean | void;

/** Kills. Those pressed one after another add up to one text, which ctrl-y brings back. */
const kills: Readonly<Record<string, Edit>> = {
  'ctrl-k': (line) => line.killToEnd(),
  'ctrl-u': (line) => line.killToStart(),
  'ctrl-w': (line) => line.killBlankBefore(),
  'alt-backspace': (line) => line.killWordBefore(),
  'ctrl-backspace': (line) => line.killWordBefore(),
  'alt-d': (line) => line.killWordAfter(),
  'ctrl-delete': (line) => line.killWordAfter(),
  'alt-delete': (line) => line.killWordAfter(),
};

const moves: Readonly<Record<string, Edit>> = {
  left: (line) => line.left(),
  'ctrl-b': (line) => line.left(),
  right: (line) => line.right(),
  'ctrl-f': (line) => line.right(),
  home: (line) => line.home(),
  'ctrl-a': (line) => line.home(),
  end: (line) => line.end(),
  'ctrl-e': (line) => line.end(),
  'ctrl-left': (line) => line.wordLeft(),
  'alt-left': (line) => line.wordLeft(),
  'alt-b': (line) => line.wordLeft(),
  'ctrl-right': (line) => line.wordRight(),
  'alt-right': (line) => line.wordRight(),
  'alt-f': (line) => line.wordRight(),
};

const changes: Readonly<Record<string, Edit>> = {
  backspace: (line) => line.deleteBefore(),
  'shift-backspace': (line) => line.deleteBefore(),
  delete: (line) => line.deleteAfter(),
  'ctrl-d': (line) => line.deleteAfter(),
  'ctrl-t': (line) => line.transpose(),
  'ctrl-y': (line) => line.yank(),
};

const edits = new Map(Object.entries({ ...moves, ...changes, ...kills }));

/** Makes the edit that a key stands for; `bell` if it is not possible, or if the key stands for none. */
export function edit(line: Line, key: string): 'bell' | 'done' {
  if (!Object.hasOwn(kills, key)) line.endKill();
  const make = edits.get(key);
  return make === undefined || make(line) === false ? 'bell' : 'done';
}
