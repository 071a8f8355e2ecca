// What holds in a room or group: its topic, who leads it, who is kept out; and the acts of who leads it.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { actInRoom, isModerator, type RoomInfo, roomInfo } from '../moderation';
import { groups, me, nameIn, shown, topics, users } from '../state';
import { t } from '../texts/index';
import { ActForm, type FormAct, untilOf } from './act_form';
import { PanelHeader } from './panel_header';

const rank = (to: 'operator' | 'voice' | 'none'): FormAct => ({
  fields: ['whom'],
  act: ({ whom }) => ({ do: 'rank', name: whom, rank: to }),
});

const acts: Readonly<Record<string, FormAct>> = {
  topic: { fields: ['text'], act: ({ text }) => ({ do: 'topic', topic: text }) },
  kick: {
    fields: ['whom', 'reason'],
    act: ({ whom, reason }) => ({ do: 'kick', name: whom, reason }),
  },
  ban: {
    fields: ['whom', 'reason', 'hours'],
    act: ({ whom, reason, hours }) => ({ do: 'ban', mask: whom, reason, ...untilOf(hours) }),
  },
  unban: { fields: ['whom'], act: ({ whom }) => ({ do: 'unban', mask: whom }) },
  mute: {
    fields: ['whom', 'reason', 'hours'],
    act: ({ whom, reason, hours }) => ({ do: 'mute', name: whom, reason, ...untilOf(hours) }),
  },
  unmute: { fields: ['whom'], act: ({ whom }) => ({ do: 'unmute', name: whom }) },
  operator: rank('operator'),
  voice: rank('voice'),
  noRank: rank('none'),
  handOver: { fields: ['whom'], act: ({ whom }) => ({ do: 'hand-over', to: whom }) },
};

export function RoomPanel() {
  const room = nameIn(shown.value ?? '');
  const info = useSignal<RoomInfo | undefined>(undefined);
  const load = (): void => roomInfo(room, (found) => (info.value = found));
  useEffect(load, [room, topics.value]);
  const own = me.value ?? '';
  const leads =
    isModerator() || info.value?.creator === own || info.value?.operators.includes(own) === true;
  const members = groups.value.find(({ name }) => name === room)?.members;
  return (
    <aside class="account moderation" aria-labelledby="room-title">
      <PanelHeader id="room-title" title={room} />
      {info.value && <Holds info={info.value} />}
      {leads && (
        <section>
          <ActForm
            acts={acts}
            label={t.moderation.act}
            names={members ?? users.value.map(({ name }) => name)}
            send={(act, done) =>
              actInRoom(room, act, (why) => {
                done(why);
                load();
              })
            }
          />
        </section>
      )}
    </aside>
  );
}

function Holds({ info }: { info: RoomInfo }) {
  const { moderation } = t;
  const facts: readonly (readonly [string, readonly string[]])[] = [
    [moderation.topicTitle, info.topic ? [info.topic.text] : []],
    [moderation.leads, info.creator === undefined ? [] : [info.creator]],
    [moderation.operators, info.operators],
    [moderation.voices, info.voices],
    [moderation.lists.bans, info.bans.map(({ name }) => name)],
    [moderation.lists.mutes, info.mutes.map(({ name }) => name)],
  ];
  return (
    <section>
      <dl>
        {facts
          .filter(([, names]) => names.length > 0)
          .map(([title, names]) => (
            <div key={title}>
              <dt>{title}</dt>
              <dd>
                <bdi>{names.join(', ')}</bdi>
              </dd>
            </div>
          ))}
      </dl>
    </section>
  );
}
