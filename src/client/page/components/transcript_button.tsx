// Opens and closes the panel of the transcript.

import { panel, togglePanel } from '../state';
import { t } from '../texts/index';

export const TranscriptButton = () => (
  <button
    type="button"
    class="quiet"
    aria-pressed={panel.value === 'transcript'}
    onClick={() => togglePanel('transcript')}
  >
    {t.transcript}
  </button>
);
