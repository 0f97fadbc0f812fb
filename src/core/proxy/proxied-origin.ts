import type { RequestView } from '../../types.js';
import type { Config } from '../config/config.js';
import { publicOrigin } from '../request/public-origin.js';
import type { RequestCheck } from '../request/check-request.js';

/**
 * The public origin under which a request reaches the proxy; null for what is answered with 400, as behind every other
 * path: TRACE, a host that is none, a target that cannot be one.
 */
export function proxiedOrigin(view: RequestView, check: RequestCheck, config: Config): string | null {
  return check(view) === null ? publicOrigin(view, config) : null;
}
