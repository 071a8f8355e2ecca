// The field for one's own alias, in whatever form one comes in.

import { limits } from '../../../protocol/limits';
import { t } from '../texts/index';

export const AliasField = () => (
  <label>
    {t.alias}
    <input
      name="alias"
      required
      maxLength={limits.hub.nameBytes}
      autocomplete="username"
      autocapitalize="none"
    />
  </label>
);
