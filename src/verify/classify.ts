import type { TokenType } from '../types.js';
import type { DecodedJwt } from './decode.js';

export interface ClassifiedToken {
  readonly token: string;
  readonly tokenType: TokenType;
  readonly form: 'opaque' | 'jwt' | 'malformed';
  /** Null unless `form` is `jwt`. */
  readonly jwt: DecodedJwt | null;
  /** Header `cat` may be a session's: absent, the session category, or the category that carries no information. */
  readonly sessionCategory: boolean;
}

export function classifyToken(token: string): ClassifiedToken {
  throw new Error(`not built yet (${token.length})`);
}
