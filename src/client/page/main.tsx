// The page's first step: its language, the server's events, the account of the last time, and everything on the screen.

import { effect } from '@preact/signals';
import { render } from 'preact';

import { connectionChanged } from './account';
import { App } from './app';
import { keep, notified } from './incoming';
import { restore } from './key_link';
import { handleEvents } from './server';
import { unreadTotal } from './state';
import { language } from './texts/index';

document.documentElement.lang = language;
effect(() => {
  document.title = unreadTotal.value > 0 ? `(${unreadTotal.value}) chat` : 'chat';
});
handleEvents({ keep, notified, changed: connectionChanged });
restore();
const root = document.getElementById('app');
if (root) render(<App />, root);
