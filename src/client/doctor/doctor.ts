// `chat doctor`: what could be wrong between this machine and a server, and what to type.

import { defineCommand } from '../../cli/command';
import { exit } from '../../cli/exit';
import type { Io } from '../../cli/io';
import { escapeForTerminal, terminalJson } from '../../protocol/bytes/escape';
import { limits } from '../../protocol/limits';
import { endpointOf, serverOptions } from '../endpoint';
import { atOpenDoor } from '../local_doors';
import {
  checkClock,
  checkDescriptors,
  checkFolder,
  checkHost,
  checkPort,
  checkProtocol,
  checkServer,
  checkSettings,
  type Finding,
  type Settings,
} from './checks';

const marks = { ok: 'ok     ', warning: 'warning', fault: 'FAULT  ' } as const;

/** `settings` reads the user's config file. */
export const doctorCommand = (version: string, settings: (env: Io['env']) => Promise<Settings>) =>
  defineCommand({
    meta: { name: 'doctor', description: 'Say what is wrong, and what to type' },
    args: {
      url: {
        type: 'positional',
        required: false,
        description: 'which server, as a URL or as your name there',
      },
      ...serverOptions,
      json: { type: 'boolean', description: 'print one object a check' },
    },
    examples: ['chat doctor', 'chat doctor groups://alice@chat.example.org'],
    async run({ url, json, ...flags }, io) {
      const findings: Finding[] = [];
      const tell = (check: string, found: Omit<Finding, 'check'>): boolean => {
        const finding = { check, ...found };
        findings.push(finding);
        io.out.write(json ? `${terminalJson({ ...finding })}\n` : lineOf(finding, io));
        return found.is !== 'fault';
      };
      tell('version', { is: 'ok', text: `chat ${version}, ${process.platform} ${process.arch}` });
      tell('settings', checkSettings(await settings(io.env)));
      tell('folder', checkFolder(io.env));
      tell('descriptors', checkDescriptors());
      tell('clock', checkClock(Date.now(), limits.client.oldestClockMs));
      const endpoint = await atOpenDoor(endpointOf(url, flags), io);
      const isHere =
        tell('host', await checkHost(endpoint)) && tell('server', await checkServer(endpoint));
      if (isHere) tell('protocol', await checkProtocol(endpoint));
      else tell('port', await checkPort(endpoint.target.port));
      return findings.some(({ is }) => is === 'fault') ? exit.unavailable : exit.ok;
    },
  });

function lineOf({ check, is, text, hint }: Finding, { out }: Io): string {
  const colors = { ok: 32, warning: 33, fault: 31 } as const;
  const mark = out.color ? `\u001B[${colors[is]}m${marks[is]}\u001B[39m` : marks[is];
  const more = hint === undefined ? '' : `\n${' '.repeat(22)}${escapeForTerminal(hint)}`;
  return `${mark}  ${check.padEnd(11)}  ${escapeForTerminal(text)}${more}\n`;
}
