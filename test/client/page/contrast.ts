// Every text that can be read on a page, with the contrast that it has to what is behind it (WCAG 2.2, 1.4.3).

import type { Page } from 'playwright-core';

export interface Reading {
  readonly text: string;
  /** From 1, unreadable, to 21. */
  readonly contrast: number;
}

/** Runs in the page: colours are drawn to be known, so that every way of writing them is understood. */
export const readings = (page: Page): Promise<Reading[]> =>
  page.evaluate(() => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    if (!canvas) throw new Error('no canvas');
    /** What is seen where these lie on white, the first one lowest. */
    const drawn = (colours: readonly string[]): [number, number, number] => {
      canvas.fillStyle = '#fff';
      canvas.fillRect(0, 0, 1, 1);
      for (const colour of colours) {
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
      }
      const [red = 0, green = 0, blue = 0] = canvas.getImageData(0, 0, 1, 1).data;
      return [red, green, blue];
    };
    const luminance = (colour: readonly [number, number, number]): number => {
      const [red, green, blue] = colour.map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      }) as [number, number, number];
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found: { text: string; contrast: number }[] = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      const text = node.textContent?.trim() ?? '';
      if (!element || text === '' || element.closest('.unseen, noscript, script, option')) continue;
      if (!element.checkVisibility({ opacityProperty: true }) || element.closest(':disabled'))
        continue;
      const behind: string[] = [];
      for (let at: Element | null = element; at; at = at.parentElement) {
        behind.unshift(getComputedStyle(at).backgroundColor);
      }
      const back = luminance(drawn(behind));
      const front = luminance(drawn([...behind, getComputedStyle(element).color]));
      const [low, high] = back < front ? [back, front] : [front, back];
      found.push({ text, contrast: (high + 0.05) / (low + 0.05) });
    }
    return found;
  });
