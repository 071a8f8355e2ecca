// The load generator: a process of its own, on a core of its own, that does one job after the other.

import { createInterface } from 'node:readline';

import { Community } from './community';
import { deliveries } from './deliveries';
import { hold, release } from './hold';
import type { Job, Measured } from './jobs';
import { operations } from './operations';
import { stream } from './stream';

const communities = new Map<number, Community>();

function communityAt(port: number): Community {
  const community = communities.get(port) ?? new Community(port);
  communities.set(port, community);
  return community;
}

async function done(job: Job): Promise<Measured> {
  switch (job.do) {
    case 'prepare':
      await communityAt(job.port).join(job.names, job.here);
      return { count: job.names.length, wallMs: 0, cpuUs: 0, p50Ms: 0, p99Ms: 0, wrong: [] };
    case 'operations':
      return operations(job, communityAt(job.port));
    case 'deliveries':
      return deliveries(job, communityAt(job.port));
    case 'hold':
      return hold(job);
    case 'release':
      return release(job);
    case 'stream':
      return stream(job);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const measured = await done(JSON.parse(line) as Job);
  process.stdout.write(`${JSON.stringify(measured)}\n`);
}
process.exit(0);
