// The head of a conversation: whom it is with, who is there, and how a user joins, invites and leaves.

import { leaveRoom, refreshGroups, session } from '../server';
import {
  groups,
  isOnline,
  joined,
  kindOf,
  nameIn,
  shown,
  togglePanel,
  topics,
  users,
} from '../state';
import { t } from '../texts/index';
import { Avatar } from './avatar';
import { BlockButton } from './blocks';
import { NameForm } from './name_form';

export function ConversationHeader({ conversation }: { conversation: string }) {
  const name = nameIn(conversation);
  const kind = kindOf(conversation);
  return (
    <header>
      <button type="button" class="quiet back" aria-label={t.back} onClick={back}>
        ‹
      </button>
      <Avatar name={name} kind={kind} />
      <div class="title">
        <h1>
          <bdi>{name}</bdi>
        </h1>
        {kind === 'p' && <PersonStatus name={name} />}
        {kind !== 'p' && <Topic room={name} />}
        {kind === 'g' && <MemberNames group={name} />}
      </div>
      {kind === 'p' && <BlockButton name={name} />}
      {kind !== 'p' && (
        <button type="button" onClick={() => togglePanel('room')}>
          {t.moderation.about}
        </button>
      )}
      {kind === 'r' && <LeaveRoom room={name} />}
      {kind === 'g' && <GroupMembership group={name} />}
    </header>
  );
}

/** Back to the sidebar, with the focus. */
function back(): void {
  shown.value = undefined;
  requestAnimationFrame(() => document.querySelector<HTMLElement>('.sidebar .me')?.focus());
}

/** Whether the user can be reached now, and by which door they came. */
function PersonStatus({ name }: { name: string }) {
  const user = users.value.find((one) => one.name === name);
  if (!user) return <small>{isOnline.value ? t.away : ''}</small>;
  return (
    <small class="here">
      {t.here}, {t.via(user.door)}
    </small>
  );
}

function Topic({ room }: { room: string }) {
  const topic = topics.value.get(room) ?? '';
  return topic === '' ? null : <small>{topic}</small>;
}

const groupNamed = (name: string) => groups.value.find((group) => group.name === name);

function MemberNames({ group }: { group: string }) {
  return <small>{groupNamed(group)?.members.join(', ') ?? ''}</small>;
}

function LeaveRoom({ room }: { room: string }) {
  if (!joined.value.has(room)) return null;
  return (
    <button type="button" onClick={() => leaveRoom(room)}>
      {t.leave}
    </button>
  );
}

function GroupMembership({ group }: { group: string }) {
  const known = groupNamed(group);
  if (!known) return null;
  const invite = (to: string, end: (why?: string) => void): void =>
    session.request({ do: 'group-invite', group, to }, (outcome) =>
      end(outcome.ok ? undefined : outcome.why),
    );
  const leave = (): void =>
    session.request({ do: 'group-leave', group }, () => {
      refreshGroups();
      shown.value = undefined;
    });
  return (
    <div class="membership">
      {known.creates && (
        <NameForm
          label={t.inviteWhom}
          action={t.invite}
          options={users.value.map((user) => user.name)}
          done={invite}
        />
      )}
      <button type="button" onClick={leave}>
        {t.leave}
      </button>
    </div>
  );
}
