// What moderators do, in sentences for people, for every dialect that has no words of its own for it.

import type {
  Announced,
  Kicked,
  Muted,
  Name,
  Notice,
  Removed,
  RoomStanding,
  Topic,
} from '../model';

export type ModerationNotice = Kicked | Topic | RoomStanding | Muted | Announced;

const kinds: readonly string[] = ['kicked', 'topic', 'standing', 'muted', 'announced'];

export const isOfModeration = (notice: Notice): notice is ModerationNotice =>
  kinds.includes(notice.is);

/** How a dialect shows a name in its lines. */
type Shown = (name: Name) => string;

const because = (reason: string): string => (reason === '' ? '' : `: ${reason}`);
const by = (name: Name | undefined, shown: Shown): string =>
  name === undefined ? '' : ` by ${shown(name)}`;

/** `2026-11-26 09:30 UTC`, as it stands behind `until`. */
const untilText = (until: number | undefined): string => {
  if (until === undefined || !(until <= lastSecond)) return '';
  return ` until ${new Date(until * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
};

/** The last second that a calendar of four digits has. */
const lastSecond = 253_402_300_799;

const standings: Readonly<Record<RoomStanding['change'], (who: string, verb: string) => string>> = {
  muted: (who, verb) => `${who} ${verb} muted`,
  unmuted: (who) => `${who} may speak again`,
  banned: (who, verb) => `${who} ${verb} banned`,
  unbanned: (who, verb) => `${who} ${verb} banned no more`,
  operator: (who, verb) => `${who} ${verb} made an operator`,
  voice: (who, verb) => `${who} ${verb} given a voice`,
  none: (who, verb) => `${who} ${verb} made a member like others`,
  creator: (who, verb) => `${who} ${verb === 'were' ? 'lead' : 'leads'} the room now`,
};

/** A notice in one line. */
export function sentenceOf(notice: ModerationNotice, shown: Shown): string {
  switch (notice.is) {
    case 'kicked': {
      const who = notice.you ? 'You were' : `${shown(notice.name)} was`;
      return `${who} kicked out of ${notice.room}${by(notice.by, shown)}${because(notice.reason)}`;
    }
    case 'topic': {
      const { topic, room } = notice;
      if (topic === '') return `The topic of ${room} was cleared${by(notice.by, shown)}`;
      if (notice.by === undefined) return `The topic of ${room} is: ${topic}`;
      return `${shown(notice.by)} has set the topic of ${room}: ${topic}`;
    }
    case 'standing': {
      const who = notice.you ? 'You' : shown(notice.name);
      const what = standings[notice.change](who, notice.you ? 'were' : 'was');
      const how = `${by(notice.by, shown)}${untilText(notice.until)}${because(notice.reason)}`;
      return `${what} in ${notice.room}${how}`;
    }
    case 'muted':
      return notice.muted
        ? `You may not speak${untilText(notice.until)}${because(notice.reason)}`
        : 'You may speak again';
    case 'announced':
      return `Announcement: ${notice.text}`;
  }
}

/** Why a connection ends, in one line. */
export function farewellOf({ why, reason, until, name }: Removed): string {
  switch (why) {
    case 'kicked':
      return `You were kicked${because(reason)}`;
    case 'banned':
      return `You are banned${untilText(until)}${because(reason)}`;
    case 'deleted':
      return `Your account was deleted${because(reason)}`;
    case 'renamed':
      return `Your account has a new name: ${name ?? ''}`;
  }
}
