// The page's first step.
import { render } from 'preact';

const root = document.getElementById('app');
if (root) render(<p>chat</p>, root);
