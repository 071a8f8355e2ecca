// The field that looks for words in all that was said, and what was found, with the words marked.

import { markedParts, search, searched } from '../search';
import { showConversation } from '../state';
import { locale, t } from '../texts/index';

const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
const letters = { private: 'p', group: 'g', room: 'r' } as const;

export function SearchForm() {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const input = (event.currentTarget as HTMLFormElement).elements.namedItem('words');
    if (!(input instanceof HTMLInputElement)) return;
    const words = input.value.trim();
    if (words === '') searched.value = undefined;
    else search(words);
  };
  return (
    <form class="name-form" role="search" onSubmit={submit}>
      <input
        name="words"
        type="search"
        aria-label={t.searchWords}
        placeholder={t.searchWords}
        autocomplete="off"
      />
      <button>{t.search}</button>
    </form>
  );
}

export function SearchResults() {
  const state = searched.value;
  if (!state) return null;
  const { words, found, next } = state;
  return (
    <section class="found" aria-live="polite">
      <h2>{t.found(found.length)}</h2>
      <ul>
        {found.map(({ in: where, entry }) => (
          <li key={entry.serial}>
            <button
              type="button"
              class="item"
              onClick={() => showConversation(`${letters[where.kind]}:${where.name}`)}
            >
              <span class="label">
                <bdi>
                  {where.name}
                  {where.kind !== 'private' && ` · ${entry.from}`}
                </bdi>
                <span class="text" dir="auto">
                  <Marked text={entry.text} words={words} />
                </span>
                <small>{moment.format(entry.at)}</small>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {next !== undefined && (
        <button type="button" class="quiet" onClick={() => search(words, next)}>
          {t.moreFound}
        </button>
      )}
    </section>
  );
}

function Marked({ text, words }: { text: string; words: string }) {
  return (
    <>
      {markedParts(text, words).map((part, index) =>
        index % 2 === 1 ? <mark key={index}>{part}</mark> : part,
      )}
    </>
  );
}
