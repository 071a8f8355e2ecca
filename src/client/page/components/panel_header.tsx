// The head of a panel: its title, which gets the focus when the panel opens, and the button that closes it.

import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

import { panel } from '../state';
import { t } from '../texts/index';

interface PanelHeaderProps {
  /** Of the title, so that the panel can be labelled by it. */
  readonly id: string;
  readonly title: string;
  /** Further buttons. */
  readonly children?: ComponentChildren;
}

export function PanelHeader({ id, title, children }: PanelHeaderProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  return (
    <header>
      <h2 id={id} tabIndex={-1} ref={heading}>
        {title}
      </h2>
      {children}
      <button
        type="button"
        class="quiet"
        aria-label={t.close}
        onClick={() => (panel.value = 'none')}
      >
        ×
      </button>
    </header>
  );
}
