import { afterEach } from 'vitest';
import type { Framework, Served, Site } from '../frameworks.js';
import { createWorld, type TokenName, type World } from '../world.js';

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Record<string, unknown>;
}

export interface Stage {
  readonly world: World;
  readonly served: Served;
  /** GET with a credential; `null` sends none. */
  readonly get: (path: string, credential?: TokenName | null, headers?: Record<string, string>) => Promise<Answer>;
}

/** Worlds and servers that live for one test. */
export function createStages(framework: Framework): {
  open(
    site: Partial<Site> & Pick<Site, 'routes'>,
    tune?: (world: World) => readonly (readonly unknown[])[],
  ): Promise<Stage>;
} {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });
  return {
    async open(site, tune = (world) => [[world.options]]) {
      const world = await createWorld();
      const served = await framework.serve({ ...site, middleware: tune(world) });
      open.push(served);
      return {
        world,
        served,
        async get(path, credential = null, headers = {}) {
          const request = served.agent.get(path).set(headers).redirects(0);
          if (credential !== null) request.set('authorization', `Bearer ${world.tokens[credential]}`);
          return answerOf(await request.ok(() => true));
        },
      };
    },
  };
}

export function answerOf(response: { status: number; headers: unknown; body: unknown }): Answer {
  return {
    status: response.status,
    headers: response.headers as Record<string, string>,
    body: response.body as Record<string, unknown>,
  };
}

/** The code of the first error in a denial's body. */
export const codeOf = (answer: Answer): unknown => (answer.body['errors'] as { code: string }[] | undefined)?.[0]?.code;
