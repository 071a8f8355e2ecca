// Ten thousand random commands a seed, over all doors at once; a seed that fails is printed and replays.

import { expect, test } from 'bun:test';

import { runSeed } from '../support/random';
import { refusalsOfFloods } from './flooders';
import { Simulation } from './simulation';

const commands = 10_000;
const isReplay = process.env['CHAT_SEED'] !== undefined;
const own = runSeed();
/** Always the same ones, so that a run can be had again; CHAT_SEED runs any other alone, with more said. */
const seeds = isReplay ? [own] : [1, 2, 3, 3591771161];

test.each(seeds)(
  'nothing is lost, doubled, disordered or overheard, whatever breaks: seed %i',
  (seed) => {
    const refusedBefore = refusalsOfFloods();
    const simulation = new Simulation(seed, isReplay ? 2000 : 80);
    simulation.run(commands);
    expect(simulation.counts.commands).toBe(commands);
    expect(simulation.counts.kills).toBeGreaterThan(0);
    expect(simulation.counts.stops).toBeGreaterThan(0);
    expect(refusalsOfFloods()).toBeGreaterThan(refusedBefore);
  },
);
