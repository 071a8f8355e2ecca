// One conversation: whom it is with, what was said, and the field for what is to be said.

import { useSignal } from '@preact/signals';

import { sendFile } from '../attachments';
import { joinRoom } from '../server';
import { joined, kindOf, nameIn, shown } from '../state';
import { t } from '../texts/index';
import { Composer } from './composer';
import { ConversationHeader } from './conversation_header';
import { Mark } from './mark';
import { MessageLog } from './message_log';

export function Conversation() {
  const conversation = shown.value;
  if (conversation === undefined) {
    return (
      <main class="conversation none" id="conversation" tabIndex={-1}>
        <Mark />
        <p>{t.pick}</p>
      </main>
    );
  }
  return <OpenConversation key={conversation} conversation={conversation} />;
}

function OpenConversation({ conversation }: { conversation: string }) {
  const isFileOver = useSignal(false);
  const takesFiles = kindOf(conversation) === 'p';
  const name = nameIn(conversation);
  const canSpeak = kindOf(conversation) !== 'r' || joined.value.has(name);

  const dragged = (event: DragEvent): void => {
    if (!takesFiles || event.dataTransfer?.types.includes('Files') !== true) return;
    event.preventDefault();
    isFileOver.value = event.type !== 'dragleave';
  };
  const dropped = (event: DragEvent): void => {
    event.preventDefault();
    isFileOver.value = false;
    if (!takesFiles) return;
    for (const file of event.dataTransfer?.files ?? []) sendFile(conversation, file);
  };

  return (
    <main
      class="conversation"
      id="conversation"
      tabIndex={-1}
      onDragOver={dragged}
      onDragLeave={dragged}
      onDrop={dropped}
    >
      <ConversationHeader conversation={conversation} />
      <MessageLog conversation={conversation} />
      {isFileOver.value && <p class="drop">{t.dropHere}</p>}
      {canSpeak ? (
        <Composer conversation={conversation} />
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
