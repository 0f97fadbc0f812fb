/** Requests as an adapter would show them to the core. */
import type { RequestView } from 'bailiff';

/** Headers with a token. */
export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** A `GET` with a token in its `Authorization` header, and nothing else. */
export const withBearer = (token: string): RequestView => ({
  method: 'GET',
  url: 'https://app.acornbooks.example/x',
  header: (name) => (name === 'authorization' ? `Bearer ${token}` : null),
});
