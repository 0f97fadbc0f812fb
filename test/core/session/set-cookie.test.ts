import fc from 'fast-check';
import { expect, test } from 'vitest';
import { protocolDirectives, sessionHeaders, sessionTokenIn } from '../../../src/core/session/set-cookie.js';

test('passes plain names only without a suffix', () => {
  const list = ['__session=a', '__session_=b', '__session_JO1anrym=c', '_=d'];
  expect(protocolDirectives(list, '')).toEqual(['__session=a']);
  expect(protocolDirectives(list, 'JO1anrym')).toEqual(['__session=a', '__session_JO1anrym=c']);
});

test('ignores blanks around the name, as browsers do', () => {
  expect(protocolDirectives([' __session =a', '__session\t=a', 'x __session=a'], '')).toHaveLength(2);
  expect(sessionTokenIn([' __session = a ; Path=/'], '')).toBe('a');
});

test('property: passes single lines that name a cookie of the protocol, unchanged', () => {
  const name = fc.constantFrom('__session', '__client_uat', '__session_JO1anrym', '__session_ABCDEFGH', 'sid', '', '=');
  const directive = fc.oneof(
    fc.tuple(name, fc.string()).map(([first, rest]) => `${first}=${rest}`),
    fc.tuple(fc.string(), name).map(([before, after]) => `${before}${after}=x`),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(fc.array(directive), (list) => {
      const passed = protocolDirectives(list, 'JO1anrym');
      expect(list).toEqual(expect.arrayContaining([...passed]));
      for (const one of passed) {
        expect(one.trimStart()).toMatch(/^__(?:session|client|client_uat|refresh|clerk_db_jwt|clerk_handshake)/);
        expect(one).not.toMatch(/[\r\n\0]/);
      }
      const headers = new Headers();
      for (const [key, value] of sessionHeaders(passed)) headers.append(key, value);
      expect(headers.getSetCookie()).toHaveLength(passed.length);
    }),
    { numRuns: 500 },
  );
});
