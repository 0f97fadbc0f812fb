/** As in a Worker: no `node:crypto`, and no `Buffer` to read tokens with. */
import { expect, it, vi } from 'vitest';
import * as encodings from '../../src/verify/encoding.js';
import { keyFromPem } from '../../src/verify/pem.js';
import { createKey } from '../support/tokens.js';
import { describeWay } from './both-ways.js';

vi.mock('../../src/verify/signature.node.js', () => vi.importActual('../../src/verify/signature.js'));
vi.mock('../../src/verify/encoding.js', async () => {
  const encoding = await vi.importActual<typeof encodings>('../../src/verify/encoding.js');
  return { ...encoding, base64url: encoding.portableEncoding() };
});

it('is the portable way', () => {
  expect(keyFromPem(createKey().pem)).toBeTypeOf('function');
  expect(encodings.base64url.bytes('AQID')?.constructor).toBe(Uint8Array);
});

describeWay('through jose', { late: true });
