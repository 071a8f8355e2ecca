// The history over HTTP: pages of a conversation, the list of conversations, and the search for words.

import { type InferOutput, safeParse } from 'valibot';

import type { Command, OperationName } from '../../protocol/commands';
import { limits } from '../../protocol/limits';
import { type ConversationRef, recipientNameOf, roomNameOf } from '../../protocol/model';
import { entryOf } from '../../protocol/web/wire/entry';
import type * as http from '../../protocol/web/wire/http';
import type { Answer, SignedCall } from './call';
import { operations } from './operations';
import { json, refusal } from './responses';

type Ask = <K extends OperationName>(call: SignedCall, command: Command<K>) => Promise<Answer<K>>;

/** The query of a call: its fields by name. */
const queryOf = ({ url }: SignedCall): Record<string, string> =>
  Object.fromEntries(url.searchParams);

const numberIn = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

type Numbers<K extends string> = { -readonly [P in K]?: number };

/** Those numbers of a query that are there. */
function numbersIn<K extends string>(
  query: Readonly<Partial<Record<NoInfer<K>, string | undefined>>>,
  ...names: readonly K[]
): Numbers<K> {
  const numbers: Numbers<K> = {};
  for (const name of names) {
    const number = numberIn(query[name]);
    if (number !== undefined) numbers[name] = number;
  }
  return numbers;
}

type Named = Readonly<Partial<Record<'with' | 'room' | 'conversation', string | undefined>>>;

/** The conversation that a query names: exactly one, or none. */
function conversationIn(query: Named): ConversationRef | 'none' | 'bad-request' {
  const { with: user, room, conversation } = query;
  const given = [user, room, conversation].filter((one) => one !== undefined);
  if (given.length === 0) return 'none';
  if (given.length > 1) return 'bad-request';
  if (conversation !== undefined) return { conversation: Number(conversation) };
  const name = user === undefined ? undefined : recipientNameOf(user);
  if (name !== undefined) return { with: name };
  const place = room === undefined ? undefined : roomNameOf(room);
  return place === undefined ? 'bad-request' : { room: place };
}

export class HistoryApi {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async conversations(call: SignedCall): Promise<Response> {
    const query = safeParse(operations.conversations.query, queryOf(call));
    if (!query.success) return refusal(call.request, 'bad-request');
    const outcome = await this.#ask(call, {
      do: 'conversations',
      asker: call.proof,
      most: numberIn(query.output.limit) ?? limits.history.pageEntries,
      ...numbersIn(query.output, 'before'),
    });
    if (!outcome.ok) return refusal(call.request, outcome.why, { waitMs: outcome.waitMs });
    const { conversations, more } = outcome.value;
    return json(200, {
      conversations: [...conversations],
      more,
    } satisfies InferOutput<typeof http.conversationList>);
  }

  async page(call: SignedCall): Promise<Response> {
    const query = safeParse(operations.history.query, queryOf(call));
    const of = query.success ? conversationIn(query.output) : 'bad-request';
    if (!query.success || typeof of === 'string') return refusal(call.request, 'bad-request');
    const outcome = await this.#ask(call, {
      do: 'history',
      asker: call.proof,
      of,
      most: numberIn(query.output.limit) ?? limits.history.pageEntries,
      ...numbersIn(query.output, 'before', 'after', 'since', 'until'),
    });
    if (!outcome.ok) return refusal(call.request, outcome.why, { waitMs: outcome.waitMs });
    const { conversation, entries, more } = outcome.value;
    return json(200, {
      ...(conversation && { conversation }),
      entries: entries.map(entryOf),
      more,
    } satisfies InferOutput<typeof http.historyPage>);
  }

  async search(call: SignedCall): Promise<Response> {
    const query = safeParse(operations.search.query, queryOf(call));
    const of = query.success ? conversationIn(query.output) : 'bad-request';
    if (!query.success || of === 'bad-request') return refusal(call.request, 'bad-request');
    const { words, from: author } = query.output;
    const from = author === undefined ? undefined : recipientNameOf(author);
    if (author !== undefined && from === undefined) return refusal(call.request, 'unknown-user');
    const outcome = await this.#ask(call, {
      do: 'search',
      asker: call.proof,
      words,
      most: numberIn(query.output.limit) ?? limits.history.pageEntries,
      ...(of !== 'none' && { of }),
      ...(from !== undefined && { from }),
      ...numbersIn(query.output, 'before', 'since', 'until'),
    });
    if (!outcome.ok) return refusal(call.request, outcome.why, { waitMs: outcome.waitMs });
    const { found, next } = outcome.value;
    return json(200, {
      found: found.map((one) => ({ in: one.in, entry: entryOf(one.entry) })),
      ...(next !== undefined && { next }),
    } satisfies InferOutput<typeof http.searchResult>);
  }
}
