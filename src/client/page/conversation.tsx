// One conversation: who it is with, what was said, and the field for what is to be said.

import { useSignal } from '@preact/signals';
import { Fragment } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

import { Ask } from './ask';
import { sendFile } from './attachments';
import { Avatar } from './avatar';
import { Bubble, dayOf } from './bubble';
import { Composer } from './composer';
import { ask, joinRoom, refreshGroups } from './server';
import { Mark } from './sign_in';
import { groups, isHere, joined, kindOf, nameIn, own, shown, talks, users } from './state';
import { t } from './texts/index';

/** Messages drawn at once; the rest comes when asked for by scrolling up. */
const drawnMax = 200;

export function Conversation() {
  const talk = shown.value;
  if (talk === undefined) {
    return (
      <main class="talk none" id="talk" tabIndex={-1}>
        <Mark />
        <p>{t.pick}</p>
      </main>
    );
  }
  return <Open key={talk} talk={talk} />;
}

function Open({ talk }: { talk: string }) {
  const messages = talks.value.get(talk) ?? [];
  const drawn = useSignal(drawnMax);
  const isOver = useSignal(false);
  const log = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const kind = kindOf(talk);
  const name = nameIn(talk);
  const canSpeak = kind !== 'r' || joined.value.has(name);

  useLayoutEffect(() => {
    if (isAtEnd.current && log.current) log.current.scrollTop = log.current.scrollHeight;
  }, [messages]);

  const scrolled = (): void => {
    const at = log.current;
    if (!at) return;
    isAtEnd.current = at.scrollHeight - at.scrollTop - at.clientHeight < 80;
    if (at.scrollTop === 0 && drawn.value < messages.length) drawn.value += drawnMax;
  };

  const dragged = (event: DragEvent): void => {
    if (kind !== 'p' || event.dataTransfer?.types.includes('Files') !== true) return;
    event.preventDefault();
    isOver.value = event.type !== 'dragleave';
  };
  const dropped = (event: DragEvent): void => {
    event.preventDefault();
    isOver.value = false;
    if (kind !== 'p') return;
    for (const file of event.dataTransfer?.files ?? []) sendFile(talk, file);
  };

  /** Back to where one came from, with the focus too. */
  const back = (): void => {
    shown.value = undefined;
    requestAnimationFrame(() => document.querySelector<HTMLElement>('.list .me')?.focus());
  };

  let day = '';
  return (
    <main
      class={isOver.value ? 'talk over' : 'talk'}
      id="talk"
      tabIndex={-1}
      onDragOver={dragged}
      onDragLeave={dragged}
      onDrop={dropped}
    >
      <header>
        <button type="button" class="quiet back" aria-label={t.back} onClick={back}>
          ‹
        </button>
        <Avatar name={name} kind={kind} />
        <div class="who">
          <h1>
            <bdi>{name}</bdi>
          </h1>
          <Standing talk={talk} />
        </div>
        {kind !== 'p' && <Membership talk={talk} />}
      </header>
      <div
        class="log"
        role="log"
        aria-live="polite"
        aria-label={name}
        tabIndex={0}
        ref={log}
        onScroll={scrolled}
      >
        <p class="begin">{kind === 'r' ? t.startOfRoom(name) : t.startOf(name)}</p>
        {messages.slice(-drawn.value).map((message, index, all) => {
          const before = all[index - 1];
          const today = dayOf(message);
          const isNewDay = today !== day;
          day = today;
          const follows =
            !isNewDay &&
            before?.from === message.from &&
            before.state !== 'note' &&
            message.state !== 'note';
          return (
            <Fragment key={message.key}>
              {isNewDay && <p class="day">{today}</p>}
              <Bubble message={message} follows={follows} isShared={kind !== 'p'} />
            </Fragment>
          );
        })}
      </div>
      {isOver.value && <p class="drop">{t.dropHere}</p>}
      {canSpeak ? (
        <Composer talk={talk} />
      ) : (
        <div class="composer">
          <p>{t.notMember}</p>
          <button type="button" class="primary" onClick={() => joinRoom(name)}>
            {t.join}
          </button>
        </div>
      )}
    </main>
  );
}

/** Whether he is here, and by which door; who is in the group. */
function Standing({ talk }: { talk: string }) {
  const name = nameIn(talk);
  if (kindOf(talk) === 'r') return null;
  if (kindOf(talk) === 'g') {
    const members = groups.value.find((group) => group.name === name)?.members ?? [];
    return <small>{members.join(', ')}</small>;
  }
  const user = users.value.find((one) => one.name === name);
  if (!user) return <small>{isHere.value ? t.away : ''}</small>;
  return (
    <small class="here">
      {t.here}, {t.via(user.door)}
    </small>
  );
}

function Membership({ talk }: { talk: string }) {
  const name = nameIn(talk);
  if (kindOf(talk) === 'r') {
    if (!joined.value.has(name)) return null;
    const leave = (): void =>
      ask({ do: 'leave', room: name }, () => {
        const rest = new Set(joined.value);
        rest.delete(name);
        joined.value = rest;
        own.notes.rooms = [...rest];
      });
    return (
      <button type="button" onClick={leave}>
        {t.leave}
      </button>
    );
  }
  const group = groups.value.find((one) => one.name === name);
  if (!group) return null;
  const leave = (): void =>
    ask({ do: 'group-leave', group: name }, () => {
      refreshGroups();
      shown.value = undefined;
    });
  return (
    <div class="membership">
      {group.creates && (
        <Ask
          label={t.inviteWhom}
          action={t.invite}
          options={users.value.map((user) => user.name)}
          done={(to, end) =>
            ask({ do: 'group-invite', group: name, to }, (answer) =>
              end(answer.ok ? undefined : answer.why),
            )
          }
        />
      )}
      <button type="button" onClick={leave}>
        {t.leave}
      </button>
    </div>
  );
}
