// The view of moderators: acts on people and rooms, and lists of everything there is.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { type Listing, listings, roles } from '../../../protocol/moderation';
import { listRows, moderate, type Row } from '../moderation';
import { users } from '../state';
import { locale, t } from '../texts/index';
import { ActForm, type FormAct, untilOf } from './act_form';
import { PanelHeader } from './panel_header';

/** What is an address or a network is written in digits alone. */
const isNetwork = (text: string): boolean =>
  /^[\d.]+(?:\/\d+)?$|^[\da-f]*:[\da-f:.]*(?:\/\d+)?$/i.test(text);
const target = (text: string): object => (isNetwork(text) ? { network: text } : { name: text });

const roleActs = Object.fromEntries(
  roles.map((role): readonly [string, FormAct] => [
    role,
    { fields: ['whom'], act: ({ whom }) => ({ do: 'role', account: whom, role }) },
  ]),
);

const inviteDays = 7;
const secondsPerDay = 86_400;

const acts: Readonly<Record<string, FormAct>> = {
  kick: {
    fields: ['whom', 'reason'],
    act: ({ whom, reason }) => ({ do: 'kick', who: { name: whom }, reason }),
  },
  ban: {
    fields: ['whom', 'reason', 'hours'],
    act: ({ whom, reason, hours }) => ({
      do: 'ban',
      whom: target(whom),
      reason,
      ...untilOf(hours),
    }),
  },
  unban: { fields: ['whom'], act: ({ whom }) => ({ do: 'unban', whom: target(whom) }) },
  mute: {
    fields: ['whom', 'reason', 'hours'],
    act: ({ whom, reason, hours }) => ({ do: 'mute', name: whom, reason, ...untilOf(hours) }),
  },
  unmute: { fields: ['whom'], act: ({ whom }) => ({ do: 'unmute', name: whom }) },
  rename: {
    fields: ['whom', 'to'],
    act: ({ whom, to }) => ({ do: 'rename', account: whom, name: to }),
  },
  delete: {
    fields: ['whom', 'reason'],
    act: ({ whom, reason }) => ({ do: 'delete', account: whom, reason }),
  },
  reset: { fields: ['whom'], act: ({ whom }) => ({ do: 'credentials-reset', account: whom }) },
  ...roleActs,
  invite: {
    fields: ['text'],
    act: ({ text }) => ({
      do: 'invite',
      label: text,
      endsAt: Math.floor(Date.now() / 1000) + inviteDays * secondsPerDay,
    }),
  },
  announce: { fields: ['text'], act: ({ text }) => ({ do: 'announce', text }) },
  clear: {
    fields: ['whom', 'reason'],
    act: ({ whom, reason }) => ({ do: 'room-clear', room: whom, reason }),
  },
  clearFiles: {
    fields: ['whom'],
    act: ({ whom }) => ({ do: 'files-clear', of: { account: whom } }),
  },
};

export function ModerationPanel() {
  return (
    <aside class="account moderation" aria-labelledby="moderation-title">
      <PanelHeader id="moderation-title" title={t.moderation.title} />
      <section>
        <ActForm
          acts={acts}
          label={t.moderation.act}
          names={users.value.map(({ name }) => name)}
          send={moderate}
        />
      </section>
      <Lists />
    </aside>
  );
}

function Lists() {
  const of = useSignal<Listing>('sessions');
  const rows = useSignal<readonly Row[]>([]);
  const next = useSignal<string | undefined>(undefined);
  const load = (after?: string): void =>
    listRows(of.value, after, (more, behind) => {
      rows.value = after === undefined ? more : [...rows.value, ...more];
      next.value = behind;
    });
  useEffect(() => load(), [of.value]);
  return (
    <section>
      <div class="row">
        <select
          aria-label={t.moderation.list}
          value={of.value}
          onChange={(event) => (of.value = event.currentTarget.value as Listing)}
        >
          {listings.map((one) => (
            <option key={one} value={one}>
              {t.moderation.lists[one]}
            </option>
          ))}
        </select>
        <button type="button" onClick={() => load()}>
          {t.moderation.refresh}
        </button>
      </div>
      <ul class="listed">
        {rows.value.map((row) => (
          <li key={JSON.stringify(row)}>
            <ListedRow row={row} />
          </li>
        ))}
      </ul>
      {rows.value.length === 0 && <p class="small">{t.moderation.empty}</p>}
      {next.value !== undefined && (
        <button type="button" onClick={() => load(next.value)}>
          {t.moderation.more}
        </button>
      )}
    </section>
  );
}

const dates = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'short' });
const msPerSecond = 1000;

function ListedRow({ row }: { row: Row }) {
  const shown = Object.entries(row).filter(([key, value]) => value !== '' && key !== 'number');
  return (
    <dl>
      {shown.map(([key, value]) => (
        <div key={key}>
          <dt>{key}</dt>
          <dd>
            <bdi>
              {(key === 'at' || key === 'until') && typeof value === 'number'
                ? dates.format(value * msPerSecond)
                : String(value)}
            </bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}
