// What moderators may see: people, bans, rooms, files and the audit log, some rows at a time.

import { limits } from '../../../protocol/limits';
import { ok, refused } from '../../../protocol/model';
import type { ListedRow, Listing } from '../../../protocol/moderation';
import type { CommandContext } from '../context';
import type { Define, Handlers, HubState } from '../handler';
import type { AuditEntry } from '../state/audit_log';
import type { SanctionRow } from '../state/sanctions';
import type { Store } from '../store';
import { actingModerator, adminLevel } from './moderators';

/** A row and what the next list begins behind. */
interface Listed {
  readonly row: ListedRow;
  readonly next: string;
}

/** What is listed, how far, and what is left out. */
interface Wanted {
  readonly after: string;
  /** In ms. */
  readonly since: number;
  readonly most: number;
}

type Row = Readonly<Record<string, string | number | null>>;

/** A row without what is not there. */
const present = (row: Row): ListedRow =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as ListedRow;

const msPerSecond = 1000;

/** Lists whose rows come from one statement: behind a cursor, so many. Their first column is the cursor. */
const statements = {
  sessions: `SELECT number, session.id AS session, session.name AS name,
      CASE WHEN account IS NULL THEN 'guest' ELSE coalesce(account.role, 'member') END AS role,
      dialect AS door, session.host AS host, session.port AS port, session.at / 1000 AS at,
      (SELECT group_concat(room, ' ') FROM (SELECT room FROM live.member
         WHERE live.member.session = session.id ORDER BY room)) AS rooms
    FROM live.session AS session LEFT JOIN account ON account.id = session.account
    WHERE number > CAST(+? AS INTEGER) ORDER BY number LIMIT +?`,
  accounts: `SELECT account.id AS number, name, role, account.host AS host, registered_at AS at,
      waiting, address.host || ':' || address.port AS called
    FROM account LEFT JOIN address ON address.account = account.id
    WHERE account.id > CAST(+? AS INTEGER) ORDER BY account.id LIMIT +?`,
  rooms: `SELECT number, name, creator_name AS creator,
      (SELECT count(*) FROM live.member WHERE room = live.room.name) AS members,
      reserved, topic
    FROM live.room LEFT JOIN room_topic ON room_topic.room = live.room.name
    WHERE number > CAST(+? AS INTEGER) ORDER BY number LIMIT +?`,
  groups: `SELECT chat_group.name AS name, group_member.name AS creator,
      (SELECT count(*) FROM group_member WHERE group_name = chat_group.name) AS members,
      chat_group.at / 1000 AS at, topic
    FROM chat_group LEFT JOIN room_topic ON room_topic.room = chat_group.name
      LEFT JOIN group_member ON group_name = chat_group.name AND recipient = creator
    WHERE chat_group.name > +? ORDER BY chat_group.name LIMIT +?`,
  invites: `SELECT id, label, made_at AS at, ends_at AS until FROM invite
    WHERE id > CAST(+? AS INTEGER) ORDER BY id LIMIT +?`,
  files: `SELECT serial, file.name AS name, size, from_name AS "from",
      coalesce(account.name, session.name, recipient) AS "to", file.at / 1000 AS at
    FROM file LEFT JOIN account ON 'a' || account.id = recipient
      LEFT JOIN live.session AS session ON 'g' || session.id = recipient
    WHERE serial > CAST(+? AS INTEGER) ORDER BY serial LIMIT +?`,
} as const;

/** The column that is the cursor. */
const cursors: Readonly<Record<keyof typeof statements, string>> = {
  sessions: 'number',
  accounts: 'number',
  rooms: 'number',
  groups: 'name',
  files: 'serial',
  invites: 'id',
};

const listed = (kind: keyof typeof statements, row: Row): Listed => ({
  row: present(row),
  next: String(row[cursors[kind]]),
});

const listedSanction = (row: SanctionRow): Listed => {
  const { number, target, shown, reason, by_name: by, at, until } = row;
  return {
    row: present({ number, [target]: shown, reason, by, at, until }),
    next: String(number),
  };
};

const listedEntry = (entry: AuditEntry): Listed => {
  const { id, at, by_name: by, origin, act, target, detail } = entry;
  const row = { id, at: Math.floor(at / msPerSecond), by, origin, act, target, detail };
  return { row, next: String(id) };
};

type List = (wanted: Wanted, context: CommandContext) => Listed[];

function prepareLists({ db, sanctions, audit }: HubState): Readonly<Record<Listing, List>> {
  const of = (kind: keyof typeof statements): List => {
    const list = prepare(db, statements[kind]);
    return ({ after, most }) => list(after, most).map((row) => listed(kind, row));
  };
  const ofSanctions =
    (kind: 'ban' | 'mute'): List =>
    ({ after, most }, { seconds }) =>
      sanctions.list(kind, Number(after) || 0, seconds, most).map(listedSanction);
  return {
    sessions: of('sessions'),
    accounts: of('accounts'),
    rooms: of('rooms'),
    groups: of('groups'),
    files: of('files'),
    invites: of('invites'),
    bans: ofSanctions('ban'),
    mutes: ofSanctions('mute'),
    audit: ({ after, since, most }) => audit.list(Number(after) || 0, since, most).map(listedEntry),
  };
}

function prepare(db: Store, sql: string): (after: string, most: number) => Row[] {
  const statement = db.prepare<Row, [string, number]>(sql);
  return (after, most) => statement.all(after, most);
}

const moderationList: Define<'moderation-list'> = (hub) => {
  const lists = prepareLists(hub);
  return ({ by, of, after = '', since = 0, most }, context) => {
    const actor = actingModerator(hub, by);
    if (!actor || actor.level < adminLevel) return refused('not-allowed');
    const count = Math.min(most, limits.hub.listedRows);
    // One more tells whether that is all.
    const found = lists[of]({ after, since: since * msPerSecond, most: count + 1 }, context);
    const rows = found.slice(0, count);
    const next = found.length > count ? rows.at(-1)?.next : undefined;
    return ok({ rows: rows.map(({ row }) => row), ...(next !== undefined && { next }) });
  };
};

const role: Define<'role'> =
  ({ accounts }) =>
  (_command, _context, session) => {
    const account = session.account === null ? undefined : accounts.find(session.name);
    return ok({ role: account?.role ?? 'member' });
  };

export const moderationListHandlers = (
  hub: HubState,
): Pick<Handlers, 'moderation-list' | 'role'> => ({
  'moderation-list': moderationList(hub),
  role: role(hub),
});
