// The left column: the user's account, conversations, people who are here, rooms, groups and invitations.

import { comparableName } from '../../../protocol/bytes/text';
import { reasonFor } from '../faults';
import { joinRoom, refreshGroups, refreshRooms, session } from '../server';
import {
  conversations,
  groups,
  hint,
  invitations,
  isOnline,
  joined,
  kindOf,
  me,
  nameIn,
  panel,
  rooms,
  showConversation,
  togglePanel,
  users,
} from '../state';
import { t } from '../texts/index';
import { Avatar } from './avatar';
import { NameForm } from './name_form';
import { SearchForm, SearchResults } from './search_panel';
import { Item, Section } from './sidebar_item';
import { TranscriptButton } from './transcript_button';

export function Sidebar() {
  const others = users.value.filter((user) => user.name !== me.value);
  const recent = recentConversations();
  const known = [...new Set([...others.map((user) => user.name), ...recent.map(nameIn)])];
  return (
    <nav class="sidebar" aria-label={t.conversations}>
      <Header />
      <div class="sections">
        <NameForm
          label={t.writeTo}
          action={t.open}
          options={known}
          done={(to) => showConversation(`p:${knownName(to, known)}`)}
        />
        <SearchForm />
        <SearchResults />
        <Invitations />
        <Recent conversations={recent} />
        <People recent={recent} />
        <Rooms />
        <Groups />
      </div>
    </nav>
  );
}

/** A name as it is known, also if it was typed in another case: to the server both are one. */
const knownName = (typed: string, known: readonly string[]): string =>
  known.find((name) => name === typed) ??
  known.find((name) => comparableName(name) === comparableName(typed)) ??
  typed;

/** Conversations with people, the newest first. */
const recentConversations = (): string[] =>
  [...conversations.value]
    .filter(([conversation, messages]) => kindOf(conversation) === 'p' && messages.length > 0)
    .sort(([, a], [, b]) => (b.at(-1)?.at ?? 0) - (a.at(-1)?.at ?? 0))
    .map(([conversation]) => conversation);

function Header() {
  const name = me.value ?? '';
  return (
    <header>
      <button
        type="button"
        class="me"
        aria-pressed={panel.value === 'account'}
        onClick={() => togglePanel('account')}
      >
        <Avatar name={name} isHere={isOnline.value} />
        <span>
          <strong>{name}</strong>
          <small>{t.account}</small>
        </span>
      </button>
      <TranscriptButton />
    </header>
  );
}

function Invitations() {
  if (invitations.value.length === 0) return null;
  return (
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
  );
}

function answer(group: string, verb: 'group-accept' | 'group-decline'): void {
  session.request({ do: verb, group }, (outcome) => {
    // The invitation to a full group stays good.
    if (!outcome.ok && outcome.why === 'too-many') {
      hint.value = reasonFor(outcome.why);
      return;
    }
    invitations.value = invitations.value.filter((invitation) => invitation.group !== group);
    refreshGroups();
    if (verb === 'group-accept') showConversation(`g:${group}`);
  });
}

function Recent({ conversations: recent }: { conversations: readonly string[] }) {
  if (recent.length === 0) return null;
  const here = new Set(users.value.map((user) => user.name));
  return (
    <Section title={t.conversations}>
      {recent.map((conversation) => (
        <Item
          key={conversation}
          conversation={conversation}
          isHere={here.has(nameIn(conversation))}
        />
      ))}
    </Section>
  );
}

/** The users who are here and with whom there is no conversation yet. */
function People({ recent }: { recent: readonly string[] }) {
  const others = users.value.filter((user) => user.name !== me.value);
  return (
    <Section title={t.people}>
      {others
        .filter(({ name }) => !recent.includes(`p:${name}`))
        .map(({ name, kind, door }) => (
          <Item
            key={name}
            conversation={`p:${name}`}
            isHere
            about={kind === 'guest' ? `${t.guest}, ${t.via(door)}` : t.via(door)}
          />
        ))}
      {others.length === 0 && <li class="empty">{t.nobodyHere}</li>}
    </Section>
  );
}

function Rooms() {
  const create = (room: string, end: (why?: string) => void): void =>
    session.request({ do: 'create', room }, (created) => {
      if (!created.ok) return end(created.why);
      refreshRooms();
      joinRoom(room, end);
      showConversation(`r:${room}`);
    });
  return (
    <Section title={t.rooms}>
      {[...new Set([...rooms.value, ...joined.value])].map((room) => (
        <Item key={room} conversation={`r:${room}`} isDim={!joined.value.has(room)} />
      ))}
      <li>
        <NameForm label={t.createRoom} action={t.create} done={create} />
      </li>
    </Section>
  );
}

function Groups() {
  const create = (group: string, end: (why?: string) => void): void =>
    session.request({ do: 'group-create', group }, (created) => {
      if (!created.ok) return end(created.why);
      refreshGroups();
      showConversation(`g:${group}`);
      end();
    });
  return (
    <Section title={t.groups}>
      {groups.value.map(({ name, members }) => (
        <Item key={name} conversation={`g:${name}`} about={t.members(members.length)} />
      ))}
      <li>
        <NameForm label={t.createGroup} action={t.create} done={create} />
      </li>
    </Section>
  );
}
