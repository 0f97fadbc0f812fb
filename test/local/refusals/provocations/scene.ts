/** A refused request: what it is about, the status and the code, and how it comes about. */
import type { LocalInstance } from 'bailiff-local';
import type { Fixture } from '../../backend-api/support.js';

export type Call = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string | undefined>>,
  // Tests look into answers of all shapes.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
) => Promise<{ readonly status: number; readonly body: any }>;

export interface Scene {
  readonly call: Call;
  readonly ids: Fixture;
  readonly clerk: LocalInstance;
}

/** Gives the request that is refused; what has to happen first has happened. */
export type Refused = (scene: Scene) => Promise<Awaited<ReturnType<Call>>>;

export type Provocation = readonly [what: string, status: number, code: string, refused: Refused];

export const NEW = { email_address: 'new@example.com' };

/** Does a request that must succeed, and gives the path below what it made. */
export async function made({ call }: Scene, path: string, body: unknown): Promise<string> {
  const answer = await call('POST', path, body);
  if (answer.status >= 300) throw new Error(`POST ${path}: ${JSON.stringify(answer.body)}`);
  return `${path}/${String(answer.body.id)}`;
}

/** The same request twice: the second one is refused. */
export const twice =
  (method: string, pathOf: (scene: Scene) => string | Promise<string>, body?: unknown): Refused =>
  async (scene) => {
    const path = await pathOf(scene);
    const first = await scene.call(method, path, body);
    if (first.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(first.body)}`);
    return scene.call(method, path, body);
  };

export const post =
  (path: string | ((ids: Fixture) => string), body: unknown = {}): Refused =>
  ({ call, ids }) =>
    call(
      'POST',
      typeof path === 'string' ? path : path(ids),
      typeof body === 'function' ? (body as (ids: Fixture) => unknown)(ids) : body,
    );

export const organization = (ids: Fixture) => `/organizations/${ids['organization_id']}`;
export const settings = (scene: Scene, body: object) => scene.call('PATCH', '/instance/organization_settings', body);
export const user = (ids: Fixture) => `/users/${ids['user_id']}`;
export const asMachine = (ids: Fixture) => ({ authorization: `Bearer ${ids['machine_secret']}` });
