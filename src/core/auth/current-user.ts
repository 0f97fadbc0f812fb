/** The user of a session, from the Backend API. Loaded with the first user that is asked for. */
import type { User } from '../../api/generated/types.js';
import { BackendApiError } from '../../ground/backend-api-error.js';
import { ask } from '../backend-api/ask.js';
import { backendOf } from '../backend-api/client.js';
import type { Config } from '../config/config.js';

/**
 * @returns null if there is no such user any more
 * @throws as `ask` does (rejects)
 */
export async function fetchUser(config: Config, userId: string): Promise<User | null> {
  const isAsked = (body: unknown): body is User => (Object(body) as { readonly id?: unknown }).id === userId;
  try {
    return await ask(config, backendOf(config), 'currentUser()', (backend) => backend.getUser(userId), isAsked);
  } catch (error) {
    if (error instanceof BackendApiError && error.code === 'resource_not_found') return null;
    throw error;
  }
}
