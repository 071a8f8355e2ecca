// The left column: who one is, conversations, people who are here, rooms, groups, invitations.

import type { ComponentChildren } from 'preact';

import { Ask } from './ask';
import { Avatar } from './avatar';
import { ask, joinRoom, refreshGroups, refreshRooms } from './server';
import {
  countUnread,
  groups,
  invitations,
  isHere,
  joined,
  kindOf,
  me,
  nameIn,
  panel,
  rooms,
  shown,
  talks,
  unread,
  users,
} from './state';
import { t } from './texts/index';

export function show(talk: string): void {
  shown.value = talk;
  if (panel.value === 'account') panel.value = 'none';
  if (unread.value[talk] !== undefined) countUnread(talk, 0);
}

const toggle = (which: 'window' | 'account'): void => {
  panel.value = panel.value === which ? 'none' : which;
};

export function Sidebar() {
  const name = me.value ?? '';
  const here = new Set(users.value.map((user) => user.name));
  const others = users.value.filter((user) => user.name !== name);
  const recent = [...talks.value]
    .filter(([talk, messages]) => kindOf(talk) === 'p' && messages.length > 0)
    .sort(([, a], [, b]) => (b.at(-1)?.at ?? 0) - (a.at(-1)?.at ?? 0))
    .map(([talk]) => talk);
  const strangers = others.filter((user) => !recent.includes(`p:${user.name}`));
  const known = [...new Set([...others.map((user) => user.name), ...recent.map(nameIn)])];

  return (
    <nav class="list" aria-label={t.conversations}>
      <header>
        <button
          type="button"
          class="me"
          aria-pressed={panel.value === 'account'}
          onClick={() => toggle('account')}
        >
          <Avatar name={name} isHere={isHere.value} />
          <span>
            <strong>{name}</strong>
            <small>{t.account}</small>
          </span>
        </button>
        <button
          type="button"
          class="quiet"
          aria-pressed={panel.value === 'window'}
          onClick={() => toggle('window')}
        >
          {t.window}
        </button>
      </header>
      <div class="lists">
        <Ask label={t.writeTo} action={t.open} options={known} done={(to) => show(`p:${to}`)} />
        {invitations.value.length > 0 && (
          <Section title={t.invitations}>
            {invitations.value.map(({ group, by }) => (
              <li key={group} class="invitation">
                <p>{t.invitedBy(by, group)}</p>
                <button type="button" class="primary" onClick={() => answer(group, 'group-accept')}>
                  {t.accept}
                </button>
                <button type="button" onClick={() => answer(group, 'group-decline')}>
                  {t.decline}
                </button>
              </li>
            ))}
          </Section>
        )}
        {recent.length > 0 && (
          <Section title={t.conversations}>
            {recent.map((talk) => (
              <Item key={talk} talk={talk} isHere={here.has(nameIn(talk))} />
            ))}
          </Section>
        )}
        <Section title={t.people}>
          {strangers.map(({ name: to, kind, door }) => (
            <Item
              key={to}
              talk={`p:${to}`}
              isHere
              about={kind === 'guest' ? `${t.guest}, ${t.via(door)}` : t.via(door)}
            />
          ))}
          {others.length === 0 && <li class="empty">{t.nobodyHere}</li>}
        </Section>
        <Section title={t.rooms}>
          {[...new Set([...rooms.value, ...joined.value])].map((room) => (
            <Item key={room} talk={`r:${room}`} isDim={!joined.value.has(room)} />
          ))}
          <li>
            <Ask
              label={t.createRoom}
              action={t.create}
              done={(room, end) =>
                ask({ do: 'create', room }, (created) => {
                  if (!created.ok) return end(created.why);
                  refreshRooms();
                  joinRoom(room, end);
                  show(`r:${room}`);
                })
              }
            />
          </li>
        </Section>
        <Section title={t.groups}>
          {groups.value.map((group) => (
            <Item
              key={group.name}
              talk={`g:${group.name}`}
              about={t.members(group.members.length)}
            />
          ))}
          <li>
            <Ask
              label={t.createGroup}
              action={t.create}
              done={(group, end) =>
                ask({ do: 'group-create', group }, (created) => {
                  if (!created.ok) return end(created.why);
                  refreshGroups();
                  show(`g:${group}`);
                  end();
                })
              }
            />
          </li>
        </Section>
      </div>
    </nav>
  );
}

function answer(group: string, verb: 'group-accept' | 'group-decline'): void {
  ask({ do: verb, group }, () => {
    invitations.value = invitations.value.filter((invitation) => invitation.group !== group);
    refreshGroups();
    if (verb === 'group-accept') show(`g:${group}`);
  });
}

function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section>
      <h2>{title}</h2>
      <ul>{children}</ul>
    </section>
  );
}

interface ItemProps {
  readonly talk: string;
  readonly isHere?: boolean;
  readonly isDim?: boolean;
  readonly about?: string;
}

function Item({ talk, isHere: here, isDim, about }: ItemProps) {
  const name = nameIn(talk);
  const count = unread.value[talk] ?? 0;
  const last = talks.value.get(talk)?.at(-1);
  const preview = about ?? (last?.text || last?.file?.name) ?? '';
  return (
    <li>
      <button
        type="button"
        class={isDim === true ? 'item dim' : 'item'}
        aria-current={shown.value === talk ? 'true' : undefined}
        onClick={() => show(talk)}
      >
        <Avatar name={name} kind={kindOf(talk)} isHere={here} />
        <span class="what">
          <bdi>{name}</bdi>
          {here === true && <span class="unseen"> {t.here}</span>}
          {preview !== '' && <small dir="auto">{preview}</small>}
        </span>
        {count > 0 && (
          <span class="count">
            <span aria-hidden="true">{count}</span>
            <span class="unseen">{t.unread(count)}</span>
          </span>
        )}
      </button>
    </li>
  );
}
