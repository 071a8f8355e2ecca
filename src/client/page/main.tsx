// The page's first step: its language, who was here before, and everything on the screen.

import { effect } from '@preact/signals';
import { render } from 'preact';

import { start } from './account';
import { App } from './app';
import { unreadTotal } from './state';
import { language } from './texts/index';

document.documentElement.lang = language;
effect(() => {
  document.title = unreadTotal.value > 0 ? `(${unreadTotal.value}) chat` : 'chat';
});
start();
const root = document.getElementById('app');
if (root) render(<App />, root);
