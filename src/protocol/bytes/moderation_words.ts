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

/** `you`: it is said to whom it concerns. */
type Standing = (who: string, room: string, you: boolean) => string;
const was = (you: boolean): string => (you ? 'were' : 'was');

const standings: Readonly<Record<RoomStanding['change'], Standing>> = {
  muted: (who, room, you) => `${who} ${was(you)} muted in ${room}`,
  unmuted: (who, room) => `${who} may speak again in ${room}`,
  banned: (who, room, you) => `${who} ${was(you)} banned from ${room}`,
  unbanned: (who, room) => `${who} may come back to ${room}`,
  operator: (who, room, you) => `${who} ${was(you)} made an operator of ${room}`,
  voice: (who, room, you) => `${who} ${was(you)} given a voice in ${room}`,
  none: (who, room, you) => `${who} ${was(you)} made a member like others in ${room}`,
  creator: (who, room, you) => `${who} ${you ? 'lead' : 'leads'} ${room} now`,
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
      const { change, room, you = false } = notice;
      const what = standings[change](you ? 'You' : shown(notice.name), room, you);
      if (change === 'creator') return what;
      return `${what}${by(notice.by, shown)}${untilText(notice.until)}${because(notice.reason)}`;
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
