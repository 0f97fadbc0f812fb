import { Ajv } from 'ajv';
import addFormatsModule from 'ajv-formats';
import { beforeEach, describe, expect, it } from 'vitest';
import { DOCUMENT_ID, toJsonSchema } from '../../../packages/local/src/document/json-schema.js';
import { specification } from '../../../packages/local/src/document/specification.js';
import type { Operation, Schema } from '../../../packages/local/src/document/specification.js';
import { drive, sample } from './sampling.js';
import { seededState, send } from './support.js';
import type { Answer } from './support.js';

const { operations, components, resolve } = specification();

// The judge of all answers: the document itself, closed where it says so.
const ajv = new Ajv({ strict: false, allowUnionTypes: true, allErrors: true });
const addFormats = addFormatsModule as unknown as (ajv: Ajv) => void;
addFormats(ajv);
const schemas = Object.entries(components['schemas'] ?? {}).map(([name, schema]) => [name, toJsonSchema(schema)]);
ajv.addSchema({ $id: DOCUMENT_ID, components: { schemas: Object.fromEntries(schemas) } });
const validErrors = ajv.compile(toJsonSchema({ $ref: '#/components/schemas/ClerkErrors' }));

const { state, ids, start } = seededState();
beforeEach(() => {
  state.restore(start);
});

function expectRefusal(answer: Answer, status?: number): void {
  expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
  expect(answer.status, answer.text).toBeLessThan(500);
  if (status !== undefined) expect(answer.status, answer.text).toBe(status);
  expect(answer.contentType).toBe('application/json');
  validErrors(answer.body);
  expect(validErrors.errors, answer.text).toBeNull();
  expect(answer.body.clerk_trace_id).toMatch(/^[0-9a-f]{32}$/);
}

it('row 1: the document and its additions have 239 operations', () => {
  expect(operations).toHaveLength(239);
});

/** The operations of which a row speaks. */
const cases = (applies: (operation: Operation) => boolean = () => true) =>
  operations.filter(applies).map((operation) => [operation.id, operation] as const);

describe.each(cases())('%s', (_id, operation) => {
  it('row 4: succeeds with an answer valid against the document', async () => {
    const request = await drive(state, operation, ids);
    const answer = await send(state, operation.method, request.path, request);
    expect(answer.status, answer.text).toBe(operation.success.status);
    if (!operation.success.schema) return;
    expect(answer.contentType).toBe('application/json');
    const validate = ajv.compile(toJsonSchema(operation.success.schema));
    validate(answer.body);
    expect(validate.errors, answer.text).toBeNull();
    // With and without the version the same operation is meant.
    state.restore(start);
    const again = await drive(state, operation, ids);
    expect((await send(state, operation.method, `/v1${again.path}`, again)).status).toBe(operation.success.status);
  });
});

describe('needs a key of this instance', () => {
  it.each(cases(({ authenticated }) => authenticated))('%s', async (_id, operation) => {
    const request = await drive(state, operation, ids);
    const before = JSON.stringify(state.dump().tables);
    for (const authorization of ['', 'Bearer sk_test_another', state.secretKey, `Basic ${state.secretKey}`]) {
      expectRefusal(await send(state, operation.method, request.path, { ...request, headers: { authorization } }), 401);
    }
    expect(JSON.stringify(state.dump().tables)).toBe(before);
  });
});

describe('row 4: answers 404 for an unknown id, as the document says', () => {
  it.each(cases(({ path }) => /\{\w*id\w*\}$|\{\w*id\w*\}\//i.test(path)))('%s', async (_id, operation) => {
    const { headers, ...request } = await drive(state, operation, ids);
    const nobody = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
      unknownId(name, operation.pathParameters[name] ?? {}),
    );
    const before = JSON.stringify(state.dump().tables);
    // A refresh that fails for whatever reason sends the browser to the handshake, and 401 is the sign for that.
    const status = operation.id === 'RefreshSession' ? 401 : 404;
    expectRefusal(await send(state, operation.method, nobody, { ...request, headers }), status);
    expect(JSON.stringify(state.dump().tables)).toBe(before);
  });
});

describe('row 3: refuses invalid bodies and changes nothing', () => {
  it.each(cases(({ body }) => body?.contentType === 'application/json'))('%s', async (_id, operation) => {
    const { headers, ...request } = await drive(state, operation, ids);
    const before = JSON.stringify(state.dump().tables);
    for (const { why, body, param } of mutants(operation, request.body)) {
      const answer = await send(state, operation.method, request.path, { ...request, body, headers });
      expectRefusal(answer);
      expect([400, 422], `${why}: ${answer.text}`).toContain(answer.status);
      expect(answer.body.errors[0].meta?.param_name, `${why}: ${answer.text}`).toBe(param);
      expect(answer.body.errors[0].code, why).toMatch(/^(form_param_\w+|request_body_invalid)$/);
      expect(JSON.stringify(state.dump().tables), why).toBe(before);
    }
  });
});

function unknownId(name: string, schema: Schema): string {
  const pattern = schema['pattern'];
  if (typeof pattern === 'string' && pattern.includes('ak')) return `ak_${'0'.repeat(32)}`;
  if (typeof pattern === 'string') return `${/\w+(?=_)/.exec(pattern)![0]}_${'0'.repeat(32)}`;
  if (name === 'template_type') return 'email';
  return 'nobody_000000000000000000000000000';
}

interface Mutant {
  readonly why: string;
  readonly body: unknown;
  readonly param: string;
}

/** The good body with one thing wrong with it. */
function mutants(operation: Operation, good: unknown): Mutant[] {
  const schema = resolve(operation.body?.schema ?? {});
  const many = schema['type'] === 'array';
  const item = many ? resolve(schema['items'] as Schema) : schema;
  const fields = (many ? (good as unknown[])[0] : good) as Record<string, unknown>;
  const wrap = (value: Record<string, unknown>): unknown => (many ? [value] : value);
  const at = (name: string): string => (many ? `0.${name}` : name);
  const properties = Object.entries((item['properties'] ?? {}) as Record<string, Schema>);
  const typed = properties.filter(([, property]) => typeof resolve(property)['type'] === 'string');
  const required = (item['required'] ?? []) as string[];
  return [
    { why: 'malformed JSON', body: '{"a":', param: 'body' },
    { why: 'not an object', body: '"text"', param: 'body' },
    ...required.map((name) => {
      const { [name]: _, ...rest } = fields;
      return { why: `without ${name}`, body: wrap(rest), param: at(name) };
    }),
    ...typed.map(([name, property]) => {
      const wrong = ['string', 'boolean'].includes(resolve(property)['type'] as string) ? 7 : 'text';
      return { why: `${name} of the wrong type`, body: wrap({ ...fields, [name]: wrong }), param: at(name) };
    }),
    ...typed
      .filter(([, property]) => Array.isArray(resolve(property)['enum']) && resolve(property)['type'] === 'string')
      .map(([name]) => ({
        why: `${name} not in its enum`,
        body: wrap({ ...fields, [name]: 'no_such_value' }),
        param: at(name),
      })),
    ...(item['additionalProperties'] === false
      ? [{ why: 'an unknown field', body: wrap({ ...fields, no_such_field: 1 }), param: at('no_such_field') }]
      : []),
    ...(many ? [{ why: 'an empty list', body: [], param: 'body' }] : []),
  ];
}

describe.each(
  operations.filter((operation) => operation.query.length > 0).map((operation) => [operation.id, operation] as const),
)('the query of %s', (_id, operation) => {
  it('accepts every parameter of the document', async () => {
    const { query, ...request } = await drive(state, operation, ids);
    for (const { name, schema } of operation.query) {
      const value =
        name === 'order_by'
          ? 'created_at'
          : name === 'type'
            ? 'api_key'
            : String(query[name] ?? sample(operation, name, schema, ids));
      const answer = await send(state, operation.method, request.path, {
        ...request,
        query: { ...query, [name]: value },
      });
      expect(answer.status, `${name}=${value}: ${answer.text}`).toBe(operation.success.status);
      state.restore(start);
      await drive(state, operation, ids);
    }
  });

  it('row 3: refuses values of the wrong type', async () => {
    const { query, ...request } = await drive(state, operation, ids);
    for (const { name, schema } of operation.query) {
      if (schema['type'] === 'string' || schema['type'] === 'array') continue;
      const answer = await send(state, operation.method, request.path, {
        ...request,
        query: { ...query, [name]: 'x' },
      });
      if (operation.id === 'GetPublicInterstitial') continue;
      expectRefusal(answer);
      expect(answer.body.errors[0].meta.param_name).toBe(name);
    }
  });
});
