/** What a request says about its sender. Nothing here is believed yet; everything is worked out at most once. */
import type { RequestView } from '../../types.js';
import type { Config } from '../config/config.js';

export interface Evidence {
  readonly view: RequestView;
  readonly config: Config;
  /** The token of the `Authorization` header; null when there is none that Bailiff reads. */
  readonly headerToken: string | null;
}

export function readEvidence(view: RequestView, config: Config): Evidence {
  void view;
  void config;
  throw new Error('not yet');
}
