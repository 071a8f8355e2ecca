// Whom the user blocks: a button beside a person's name, and the list in the account.

import { reasonFor } from '../faults';
import { blocked, setBlocked } from '../moderation';
import { hint, isOnline, me } from '../state';
import { t } from '../texts/index';

const change = (name: string, isBlocked: boolean): void =>
  setBlocked(name, isBlocked, (why) => {
    hint.value = why === undefined ? '' : reasonFor(why);
  });

export function BlockButton({ name }: { name: string }) {
  if (name === me.value) return null;
  const isBlocked = blocked.value.includes(name);
  return (
    <button type="button" disabled={!isOnline.value} onClick={() => change(name, !isBlocked)}>
      {isBlocked ? t.moderation.unblock : t.moderation.block}
    </button>
  );
}

export function BlockedPeople() {
  if (blocked.value.length === 0) return null;
  return (
    <section>
      <h3>{t.moderation.blocked}</h3>
      <ul class="listed">
        {blocked.value.map((name) => (
          <li key={name} class="row">
            <bdi>{name}</bdi>
            <BlockButton name={name} />
          </li>
        ))}
      </ul>
      <p class="small">{t.moderation.blockedNote}</p>
    </section>
  );
}
