/** Operations as text: whatever operations there are, what is written is read back. */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeOperation, nameOf } from '../../src/api/encoding/decode.js';
import { encodeOperations, type EncodedOperations } from '../../src/api/encoding/encode.js';
import { KINDS, TABLE } from '../../src/api/generated/table.js';
import type { Operation } from '../../src/api/operation.js';
import { operations } from './support/document.js';

function decodeAll({ kinds, scopes }: EncodedOperations): Operation[] {
  return scopes.flatMap((text) => {
    const [scope, ...rows] = text.split(' ') as [string, ...string[]];
    return rows.map((row) => decodeOperation(kinds, scope, row));
  });
}
/** With every property, so that what is absent equals what is said to be as usual. */
const explicit = (operation: Operation) => ({
  ...operation,
  list: operation.list,
  paginated: operation.paginated ?? false,
  retry: operation.retry ?? true,
  versioned: operation.versioned ?? true,
  key: operation.key,
});
const sorted = (list: readonly Operation[]) => list.map(explicit).sort((a, b) => (a.name < b.name ? -1 : 1));

describe('the examples in the comment', () => {
  const comment = readFileSync(new URL('../../src/api/encoding/decode.ts', import.meta.url), 'utf8');
  const rows = [...comment.matchAll(/^ \* \| `(\S+?)` +\| `(\S+?)` +\| `(\S+?)` (\w+) `(\S+?)` (\w+)(.*?) +\|$/gm)];
  const kinds = [...comment.matchAll(/^ \* \| `([A-Z])` {2}\| `(.*?)` +\|$/gm)];

  it('exist', () => {
    expect(rows).toHaveLength(9);
    expect(kinds).toHaveLength(7);
  });

  it.each(kinds.map(([, letter, text]) => [letter!, text!]))('decode %s as %s', (letter, text) => {
    const json = text.replaceAll(/(\w+):/g, '"$1":').replaceAll("'", '"');
    expect(KINDS[letter]).toEqual(JSON.parse(json));
  });

  it.each(rows.map((row) => row.slice(1)))(
    'encode %s with %s as %s',
    (scope, row, name, method, path, input, notes) => {
      const operation = decodeOperation(KINDS, scope, row);
      expect(operation).toMatchObject({ name, method, path, input });
      expect(explicit(operation)).toMatchObject({
        list: notes.includes('list of 500') ? 500 : undefined,
        retry: !notes.includes('no retry'),
        versioned: !notes.includes('unversioned'),
      });
      expect(name).toBe(`${nameOf(scope)}.${nameOf(row)}`);
    },
  );
});

describe('the generated table', () => {
  const decoded = decodeAll({ kinds: KINDS, scopes: TABLE.split(',') });

  it('holds every operation of the document once, with method, path, retry and largest limit', () => {
    const told = decoded.map(({ name, method, path, retry, list }) => ({
      name,
      method,
      path,
      retry: retry !== false,
      list,
    }));
    const expected = operations.map(({ name, method, path, retry, query }) => ({
      name,
      method,
      path: path.replaceAll(/\{.+?\}/g, '{}'),
      retry: retry !== 'unsafe',
      list: query.find((parameter) => parameter.name === 'limit')?.schema['maximum'] as number | undefined,
    }));
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    expect(told.sort(byName)).toEqual(expected.sort(byName));
  });

  it("equals the encoder's output for its own contents", () => {
    const { scopes } = encodeOperations(decoded);
    expect(sorted(decodeAll(encodeOperations(decoded)))).toEqual(sorted(decoded));
    expect(scopes).toHaveLength(TABLE.split(',').length);
  });

  it('equals the readable operations of the modules of single resources', async () => {
    const sent: Operation[] = [];
    const client = { call: (operation: Operation) => (sent.push(operation), Promise.resolve()) };
    for (const resource of new Set(decoded.map(({ name }) => name.split('.')[0]!))) {
      const file = resource.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
      const module = (await import(`../../src/api/generated/${file}.ts`)) as Record<
        string,
        (client: object) => Promise<unknown>
      >;
      for (const [name, call] of Object.entries(module)) if (name !== 'default') await call(client);
    }
    const withoutEncode = sent.map(({ encode: _, ...operation }) => operation);
    expect(sorted(withoutEncode)).toEqual(sorted(decoded));
  });
});

describe('any operations', () => {
  const word = fc.constantFrom('get', 'list', 'create', 'update', 'delete', 'users', 'ban', 'bulk', 'web3', 'all', 'x');
  const camel = fc
    .array(word, { minLength: 1, maxLength: 4 })
    .map(([first, ...rest]) => first! + rest.map((text) => text[0]!.toUpperCase() + text.slice(1)).join(''));
  const snake = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join('_'));
  const segments = fc.array(fc.oneof(snake, fc.constant('{}')), { maxLength: 4 });
  const path = fc.tuple(snake, segments).map(([first, rest]) => ['', first, ...rest].join('/'));
  const operation = fc.record(
    {
      name: fc.tuple(fc.constantFrom('users', 'webKeys', 'm2mTokens'), camel).map((names) => names.join('.')),
      method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
      path,
      input: fc.constantFrom('query', 'body', 'form', 'none'),
      list: fc.constantFrom(500, 100, 250),
      paginated: fc.boolean(),
      retry: fc.boolean(),
      versioned: fc.boolean(),
      key: fc.constantFrom('machine', 'none'),
    },
    { requiredKeys: ['name', 'method', 'path', 'input'] },
  ) as fc.Arbitrary<Operation>;
  /** One resource with paths like a true one's, where rows are short. */
  const likely = fc.tuple(operation, fc.boolean(), fc.boolean()).map(([found, hasId, isNamed]) => {
    const action = found.name.split('.')[1]!.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return { ...found, path: `/users${hasId ? '/{}' : ''}${isNamed ? `/${action}` : ''}` };
  });

  it('are decoded as they were encoded', () => {
    const property = fc.property(
      fc.uniqueArray(fc.oneof(operation, likely), { minLength: 1, maxLength: 8, selector: ({ name }) => name }),
      (list) => {
        expect(sorted(decodeAll(encodeOperations(list)))).toEqual(sorted(list));
      },
    );
    fc.assert(property, { numRuns: 300 });
  });
});

describe('the encoder refuses', () => {
  const get: Operation = { name: 'users.get', method: 'GET', path: '/users/{}', input: 'none' };
  it.each([
    ['a name in another case', [{ ...get, name: 'users.get_one' }], 'get_one is no camel-case name'],
    ['a sign in a path', [{ ...get, path: '/users/~x' }], 'cannot be written'],
  ])('%s', (_, list, message) => {
    expect(() => encodeOperations(list)).toThrow(message);
  });

  it('more kinds than there are letters', () => {
    const many = Array.from({ length: 30 }, (_, index) => ({ ...get, name: `users.list${index}`, list: index + 1 }));
    expect(() => encodeOperations(many)).toThrow('more kinds of operations than letters');
  });
});
