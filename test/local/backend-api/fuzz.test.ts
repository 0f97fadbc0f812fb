import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { specification } from '../../../packages/local/src/document/specification.js';
import type { Operation, Schema } from '../../../packages/local/src/document/specification.js';
import { drive } from './sampling.js';
import { seededState, send } from './support.js';

const { operations, resolve } = specification();

const { state, ids, start } = seededState();

/** Values of the right type and of no sense: the document lets them pass, and the resource has to decide. */
function arbitrary(schema: Schema): fc.Arbitrary<unknown> {
  const resolved = resolve(schema);
  const values = resolved['enum'];
  if (values) return fc.constantFrom(...values);
  switch (resolved['type']) {
    case 'string':
      return fc.oneof(
        fc.string(),
        fc.constantFrom('', ' ', '\u0000', '__proto__', 'constructor', '+1', 'a@b', '-', 'null', '\ud800'),
      );
    case 'integer':
    case 'number':
      return fc.oneof(fc.integer(), fc.constantFrom(0, -1, Number.MAX_SAFE_INTEGER, 1e300));
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(arbitrary(resolved['items'] ?? {}), { maxLength: 3 });
    case 'object':
      return resolved['properties'] ? objects(resolved) : fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 });
    default:
      return fc.jsonValue();
  }
}

const objects = (schema: Schema): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(
    Object.fromEntries(
      Object.entries((schema['properties'] ?? {}) as Record<string, Schema>).map(([name, property]) => [
        name,
        resolve(property)['nullable'] === true ? fc.option(arbitrary(property)) : arbitrary(property),
      ]),
    ),
    { requiredKeys: (schema['required'] ?? []) as never[] },
  );

/** What the operation takes, with one field that makes no sense. */
function spoiled(schema: Schema, good: unknown): fc.Arbitrary<unknown> {
  if (Array.isArray(good)) return spoiled(resolve(schema['items'] as Schema), good[0]).map((item) => [item]);
  return fc.tuple(objects(schema), fc.nat()).map(([odd, index]) => {
    const names = Object.keys(odd);
    const name = names[index % Math.max(1, names.length)];
    return name === undefined ? good : { ...(good as object), [name]: odd[name] };
  });
}

const withBody = operations.filter((operation) => operation.body?.contentType === 'application/json');

describe('a malformed body never makes the instance fail', () => {
  it.each(withBody.map((operation): [string, Operation] => [operation.id, operation]))('%s', async (_id, operation) => {
    state.restore(start);
    const good = await drive(state, operation, ids);
    const ready = state.checkpoint();
    const bodies = fc.oneof(
      { weight: 3, arbitrary: arbitrary(operation.body?.schema ?? {}) },
      { weight: 3, arbitrary: spoiled(resolve(operation.body?.schema ?? {}), good.body) },
      { weight: 1, arbitrary: fc.jsonValue() },
    );
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        state.restore(ready);
        const answer = await send(state, operation.method, good.path, { ...good, body });
        expect(answer.status, answer.text).toBeLessThan(500);
        JSON.parse(answer.text === '' ? 'null' : answer.text);
      }),
      { numRuns: 30 },
    );
  });
});

it('a malformed path, query or header never makes the instance fail', async () => {
  state.restore(start);
  const segments = fc.oneof(
    fc.constantFrom(
      ...new Set(operations.flatMap(({ path }) => path.split('/').filter((s) => s !== '' && !s.startsWith('{')))),
    ),
    fc.constantFrom('', '.', '..', '%2e', '%', '%00', ids['user_id'] ?? '', ids['organization_id'] ?? '', 'v1'),
    fc.string(),
  );
  const request = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE'),
    path: fc.array(segments, { maxLength: 5 }).map((parts) => `/${parts.join('/')}`),
    query: fc.array(
      fc.tuple(fc.constantFrom('limit', 'offset', 'order_by', 'query', 'user_id', 'paginated', 'status'), fc.string()),
    ),
    headers: fc.dictionary(fc.constantFrom('authorization', 'content-type', 'clerk-api-version'), fc.string(), {
      maxKeys: 1,
    }),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, query, headers }) => {
      const answer = await send(state, method, path, { query: new URLSearchParams(query).toString(), headers });
      expect(answer.status, answer.text).toBeLessThan(500);
    }),
    { numRuns: 1000 },
  );
});
