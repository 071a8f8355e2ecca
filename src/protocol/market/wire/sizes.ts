// How long the lines of the market may be, on either side.

import { limits } from '../../limits';

/** The longest line that a client may send, in bytes without its end: no longer than a text of the hub. */
export const sentBytesMax = limits.hub.textBytes;

/** The longest line that the server sends: a text, who said it, and the note of a file. */
export const heardBytesMax = limits.hub.textBytes + 4 * limits.hub.nameBytes;

/** The longest text that fits a line whatever command stands before it. */
export const textBytesMax = limits.hub.textBytes - 2 * limits.hub.nameBytes;
