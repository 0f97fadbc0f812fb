import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { decode, instances } from './support.js';

const start = instances();

let warnings: unknown[][];
beforeEach(() => {
  warnings = [];
  vi.spyOn(process, 'emitWarning').mockImplementation((...warning: unknown[]) => void warnings.push(warning));
});
afterEach(() => vi.restoreAllMocks());

/** Claims of so many bytes as JSON. */
const claimsOf = (bytes: number) => ({ filler: 'x'.repeat(bytes - '{"filler":""}'.length) });

it('warns once of custom claims over 1.2 kB, and still makes the token', async () => {
  const clerk = await start({ listen: false });
  await clerk.createSessionToken({ claims: claimsOf(1200) });
  expect(warnings).toEqual([]);
  const token = await clerk.createSessionToken({ claims: claimsOf(1201) });
  expect(decode(token).payload).toMatchObject(claimsOf(1201));
  await clerk.createSessionToken({ claims: claimsOf(2000) });
  expect(warnings).toEqual([[expect.stringContaining('take 1201 bytes'), 'BailiffLocalWarning']]);
});

it('counts bytes, not characters, and only custom claims', async () => {
  const clerk = await start({ listen: false });
  await clerk.createSessionToken({
    orgId: 'org_1',
    permissions: Array.from({ length: 200 }, (_, index) => `org:invoices:permission_${String(index)}`),
  });
  expect(warnings).toEqual([]);
  await clerk.createSessionToken({ claims: { filler: 'ß'.repeat(601) } });
  expect(warnings).toHaveLength(1);
});
