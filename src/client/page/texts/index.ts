// The language that the browser asks for, of those that the page speaks.

import { en, type Texts } from './en';
import { es } from './es';
import { pt } from './pt';

export type { Texts } from './en';

const languages: Readonly<Record<string, Texts>> = { en, es, pt };

/** The first of the wanted languages that is spoken, else English. */
export function languageFor(wanted: readonly string[]): {
  readonly language: string;
  /** The whole tag, for dates and numbers: `en-GB` writes them as `en` does not. */
  readonly locale: string;
  readonly texts: Texts;
} {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split('-')[0] ?? '';
    const texts = Object.hasOwn(languages, language) ? languages[language] : undefined;
    if (texts) return { language, locale: tag, texts };
  }
  return { language: 'en', locale: 'en', texts: en };
}

export const { language, locale, texts: t } = languageFor(globalThis.navigator?.languages ?? []);
