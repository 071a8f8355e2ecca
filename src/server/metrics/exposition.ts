// Figures as text, in OpenMetrics 1.0 and in the older format of Prometheus, which differ in little.

import type { Histogram } from './measures';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

interface FamilyOf {
  /** Without `_total`, which a counter's samples get. */
  readonly name: string;
  readonly help: string;
}
/** One figure, or one for each of a few labels. */
export type Family = FamilyOf &
  (
    | { readonly type: 'gauge' | 'counter'; readonly samples: readonly Sample[] }
    | { readonly type: 'histogram'; readonly histogram: Histogram }
    | { readonly type: 'info'; readonly labels: Labels }
  );

export const openMetricsType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
export const prometheusType = 'text/plain; version=0.0.4; charset=utf-8';

/** `isOpen`: as OpenMetrics; else as Prometheus had it before. */
export function exposition(families: readonly Family[], isOpen: boolean): string {
  const lines = families.flatMap((family) => linesOf(family, isOpen));
  return `${[...lines, ...(isOpen ? ['# EOF'] : [])].join('\n')}\n`;
}

function linesOf(family: Family, isOpen: boolean): string[] {
  const { name, type, help } = family;
  const isCounter = type === 'counter';
  // The older format names the family as its samples, and knows no `info`.
  const shown = isOpen
    ? name
    : isCounter
      ? `${name}_total`
      : type === 'info'
        ? `${name}_info`
        : name;
  const shownType = isOpen || type !== 'info' ? type : 'gauge';
  const head = [`# TYPE ${shown} ${shownType}`, `# HELP ${shown} ${help}`];
  switch (family.type) {
    case 'gauge':
    case 'counter':
      return [
        ...head,
        ...family.samples.map(([labels, value]) =>
          sample(isCounter ? `${name}_total` : name, labels, value),
        ),
      ];
    case 'info':
      return [...head, sample(`${name}_info`, family.labels, 1)];
    case 'histogram': {
      const { histogram } = family;
      return [
        ...head,
        ...Array.from(histogram.buckets(), ([le, count]) =>
          sample(`${name}_bucket`, { le }, count),
        ),
        sample(`${name}_sum`, {}, histogram.sum),
        sample(`${name}_count`, {}, histogram.count),
      ];
    }
  }
}

function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}

const escaped = (text: string): string =>
  text.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
