// The HTTP interface, each answer compared with the document that describes it.

import { expect } from 'bun:test';

import { fits, type Schema } from './schema';

interface Operation {
  readonly security?: unknown;
  readonly responses: Readonly<
    Record<string, { content?: Record<string, { schema: Schema }> } | undefined>
  >;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Whether an answer is one of those that the tests of the history look at. */
export const isOfHistory = (answer: string): boolean =>
  /^GET \/api\/(?:history|search|conversations) /.test(answer);

export class DescribedApi {
  readonly #base: string;
  readonly #document: Document;
  readonly #seen = new Set<string>();

  private constructor(base: string, document: Document) {
    this.#base = base;
    this.#document = document;
  }

  static async of(base: string): Promise<DescribedApi> {
    return new DescribedApi(
      base,
      (await (await fetch(`${base}/api/openapi.json`)).json()) as Document,
    );
  }

  /** Requests, and compares the answer with the document. */
  async call(
    method: 'GET' | 'POST',
    path: string,
    init: RequestInit = {},
  ): Promise<{ status: number; body: unknown }> {
    const answer = await fetch(this.#base + path, { method, ...init });
    const described = path.split('?')[0]?.replace(/^\/files\/[^/]+/, '/files/{ticket}') ?? '';
    const operation = this.#document.paths[described]?.[method.toLowerCase()];
    const response = operation?.responses[String(answer.status)];
    if (!response) throw new Error(`${method} ${path} answers ${answer.status}: not described`);
    this.#seen.add(`${method} ${described} ${answer.status}`);
    if (!response.content) return { status: answer.status, body: await answer.text() };
    const type = answer.headers.get('content-type') ?? '';
    const schema = response.content[type]?.schema;
    if (!schema) throw new Error(`${method} ${path} answers ${type}: not described`);
    if (type !== 'application/json') return { status: answer.status, body: await answer.text() };
    const body: unknown = await answer.json();
    expect(fits(body, schema, this.#document.components.schemas)).toEqual([]);
    return { status: answer.status, body };
  }

  /** Answers that the document has, that need no broken server, and that no test has seen. */
  unseen(): string[] {
    return Object.entries(this.#document.paths)
      .flatMap(([path, methods]) =>
        Object.entries(methods).flatMap(([method, { responses }]) =>
          Object.keys(responses).map((status) => `${method.toUpperCase()} ${path} ${status}`),
        ),
      )
      .filter((one) => !this.#seen.has(one) && !/ (408|429|50[37])$/.test(one));
  }
}
