import { afterEach } from 'vitest';
import type { Adapter, Framework, Served, AppSpec } from '../frameworks.js';
import { createFixtures, type TokenName, type Fixtures } from '../fixtures.js';

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Record<string, unknown>;
}

export interface Environment {
  readonly fixtures: Fixtures;
  readonly served: Served;
  /** GET with a credential; `null` sends none. */
  readonly get: (path: string, credential?: TokenName | null, headers?: Record<string, string>) => Promise<Answer>;
}

/** Fixtures and servers that live for one test. */
export function createEnvironments(framework: Framework): {
  open(
    spec: Partial<AppSpec> & Pick<AppSpec, 'routes'>,
    tune?: (fixtures: Fixtures) => readonly (readonly unknown[])[],
  ): Promise<Environment>;
} {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });
  return {
    async open(spec, tune = (fixtures) => [[fixtures.options]]) {
      const fixtures = await createFixtures();
      const served = await framework.serve({ ...spec, middleware: tune(fixtures) });
      open.push(served);
      return {
        fixtures,
        served,
        async get(path, credential = null, headers = {}) {
          const request = served.agent.get(path).set(headers).redirects(0);
          if (credential !== null) request.set('authorization', `Bearer ${fixtures.tokens[credential]}`);
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

/** A guard that any user passes. */
export const user = (adapter: Adapter) => adapter.requireAuth();
