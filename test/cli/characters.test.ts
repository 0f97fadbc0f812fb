/** What a token, a request or a server says is shown, and never obeyed by the terminal: not by any command, in any form. */
import fc from 'fast-check';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { withoutControlCharacters, printable } from '../../packages/local/src/cli/terminal.js';
import { bailiff, session, until } from './support.js';
import { listen, originOf } from '../support/listen.js';
import { segment } from '../support/tokens.js';

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => String.fromCharCode(from + i));
/** Controls (C0, DEL, C1), separators of lines, and marks that turn the direction of text. */
const OBEYED = [
  ...range(0x00, 0x1f),
  ...range(0x7f, 0x9f),
  ...range(0x2028, 0x202e),
  ...range(0x2066, 0x2069),
  ...['\u061c', '\u200e', '\u200f'],
];
const EVIL = `a${OBEYED.join('')}b\u001b[31mc`;
const isObeyed = (text: string) =>
  OBEYED.filter((character) => !'\n\t'.includes(character) && text.includes(character));

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
/** An instance, or something in its place, that answers this to whatever is asked. */
async function answering(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Record<string, string>> {
  const server = createServer((_req, res) => {
    res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  });
  servers.push(server);
  await listen(server);
  const apiUrl = originOf(server);
  return { CLERK_API_URL: apiUrl, CLERK_SECRET_KEY: 'sk_test_evil000000000000000000000' };
}

const token = [
  { alg: 'RS256', kid: EVIL, typ: 'JWT' },
  { sub: EVIL, iss: EVIL, azp: EVIL, exp: 9e9, [EVIL]: { deep: [EVIL] } },
]
  .map(segment)
  .concat('AAAA')
  .join('.');

describe('text from outside', () => {
  it('has every such character escaped', () => {
    for (const character of OBEYED) {
      const code = character.charCodeAt(0).toString(16).padStart(4, '0');
      expect(printable(`a${character}b`)).toBe(`a\\u${code}b`);
    }
    expect(printable('ä 日本 \ufeff é')).toBe('ä 日本 \ufeff é');
  });

  it('property: JSON stays the same value', () => {
    const unit = fc.oneof(fc.constantFrom(...OBEYED), fc.string({ unit: 'binary', maxLength: 2 }));
    const text = fc.array(unit).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.dictionary(text, text), fc.boolean(), fc.constantFrom(undefined, 2), (value, color, indent) => {
        const terminal = session({ color });
        withoutControlCharacters(terminal).out(JSON.stringify(value, null, indent));
        expect(isObeyed(terminal.output[0] ?? '')).toEqual([]);
        expect(JSON.parse(terminal.output[0] ?? '')).toEqual(value);
      }),
    );
  });

  it("keeps the program's own lines, tabs and colours", () => {
    const colored = session({ color: true });
    withoutControlCharacters(colored).err('\u001b[32mok\u001b[0m\n\tx\u001b[2J\u009b31m\u001b]0;t\u0007');
    expect(colored.errors).toEqual(['\u001b[32mok\u001b[0m\n\tx\\u001b[2J\\u009b31m\\u001b]0;t\\u0007']);
    const plain = session();
    withoutControlCharacters(plain).out('\u001b[32mok\u001b[0m');
    expect(plain.output).toEqual(['\\u001b[32mok\\u001b[0m']);
  });
});

describe('control characters are never printed by', () => {
  it.each([[[]], [['--json']]])('verify %j', async (flags) => {
    const { text, errors } = await bailiff(['verify', '-', ...flags], {
      env: await answering(200, { keys: [] }),
      input: token,
    });
    expect(isObeyed(text + errors)).toEqual([]);
    expect(text).toContain('\\u001b');
    expect(text).toContain('\\u202e');
    if (flags.length > 0) expect(JSON.parse(text)).toMatchObject({ valid: false, payload: { sub: EVIL } });
    // A claim is one line: it cannot add a verdict of its own.
    else
      expect(
        text
          .split('\n')
          .filter((line) => line.includes('[31mc'))
          .every((line) => /\\u000a/.test(line)),
      ).toBe(true);
  });

  it.each([[[]], [['--json']]])('token %j, from an instance with strange values', async (flags) => {
    const env = await answering(200, { token: EVIL, claims: { sub: EVIL } });
    const { text, errors } = await bailiff(['token', 'session', ...flags], { env });
    expect(isObeyed(text + errors)).toEqual([]);
    expect(text).toContain('\\u202e');
  });

  it.each([[['env']], [['env', '--json']], [['snapshot']]])('%j', async (args) => {
    const env = await answering(200, { env: { A: EVIL } });
    const { text, errors } = await bailiff(args, { env });
    expect(isObeyed(text + errors)).toEqual([]);
    expect(text).toContain('\\u202e');
  });

  it.each([[['env']], [['snapshot']], [['token', 'session']]])('%j, for a refused token', async (args) => {
    const env = await answering(403, { errors: [{ message: EVIL }] });
    const { text, errors } = await bailiff(args, { env });
    expect(isObeyed(text + errors)).toEqual([]);
    expect(errors).toContain('\\u202e');
    expect(errors.split('\n')).toHaveLength(1);
  });

  it.each([[[]], [['--json']]])('doctor %j', async (flags) => {
    const failing = () => Promise.reject(Object.assign(new Error('x'), { cause: { code: EVIL } }));
    const env = { CLERK_SECRET_KEY: 'sk_test_evil000000000000000000000' };
    const { text, errors } = await bailiff(['doctor', ...flags], { env, fetch: failing });
    expect(isObeyed(text + errors)).toEqual([]);
    expect(text).toContain('u202e');
  });

  it.each([[[]], [['--json']]])('local %j, about a request', async (flags) => {
    const terminal = session();
    const done = bailiff(['local', '--port', '0', ...flags], terminal);
    const started = await until(() => terminal.output[0]);
    const port = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(started)?.[1]);
    const socket = connect(port, '127.0.0.1', () => {
      const odd = Buffer.from('\u009b31m\u0085', 'latin1');
      const head = 'GET /v1/odd?x=%1b[2J%E2%80%AE HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nX-Odd: ';
      socket.write(Buffer.concat([Buffer.from(head), odd, Buffer.from('\r\n\r\n')]));
    });
    socket.resume();
    await once(socket, 'close');
    terminal.stop();
    await done;
    const line = terminal.output.find((one) => one.includes('/v1/odd')) ?? '';
    expect(isObeyed(terminal.output.join('\n'))).toEqual([]);
    if (flags.length > 0)
      expect(JSON.parse(line)).toMatchObject({ path: '/v1/odd', headers: { 'x-odd': '\u009b31m\u0085' } });
    else expect(line).toContain('GET /v1/odd');
  });

  it('the echo of typed input', async () => {
    const { errors } = await bailiff([`\u001b[2J\u202e`]);
    expect(isObeyed(errors)).toEqual([]);
    const missing = await bailiff(['local', '--port', '0', '--snapshot', '/nowhere/\u009b2J']);
    expect([missing.code, isObeyed(missing.errors)]).toEqual([3, []]);
  });
});
