/** Which instance and which keys a command takes: options, environment, `.env`, an instance that runs. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import { withEnvFile } from '../../packages/local/src/cli/env-file.js';
import { announce, notesFolder } from '../../packages/local/src/cli/running-instance.js';
import { bailiff, session } from './support.js';

let first: LocalInstance;
let second: LocalInstance;
beforeAll(async () => {
  [first, second] = await Promise.all([startLocalInstance(), startLocalInstance()]);
});
afterAll(() => Promise.all([first.close(), second.close()]));

const note = ({ apiUrl, secretKey }: LocalInstance) => ({ apiUrl, secretKey });
const issuerOf = (token: string) =>
  (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { iss: string }).iss;
const envFile = (folder: string, { apiUrl, secretKey, jwtKey }: LocalInstance) => {
  const pem = jwtKey.trim().replaceAll('\n', '\\n');
  writeFileSync(
    join(folder, '.env'),
    `# keys\nCLERK_API_URL=${apiUrl}\nexport CLERK_SECRET_KEY='${secretKey}'\nCLERK_JWT_KEY="${pem}"\nOTHER=1\n`,
  );
};

describe('bailiff token', () => {
  const args = ['token', 'session', '--user', 'user_1'];

  it('prefers .env to a running instance, and the environment to .env', async () => {
    const terminal = session();
    announce(notesFolder(terminal.env), note(second));
    envFile(terminal.folder, first);
    expect(issuerOf((await bailiff(args, terminal)).text)).toBe(first.frontendApiUrl);
    const env = { ...terminal.env, CLERK_API_URL: second.apiUrl, CLERK_SECRET_KEY: second.secretKey };
    expect(issuerOf((await bailiff(args, { ...session(), folder: terminal.folder, env })).text)).toBe(
      second.frontendApiUrl,
    );
  });

  it('names the instance that it asks, and the others if several run', async () => {
    const terminal = session();
    const folder = notesFolder(terminal.env);
    announce(folder, note(first));
    const alone = await bailiff(args, terminal);
    expect([alone.code, alone.errors]).toEqual([0, '']);
    announce(folder, note(second));
    const several = await bailiff(args, session({ env: terminal.env as Record<string, string> }));
    expect(several.code).toBe(0);
    const [asked, other] = issuerOf(several.text) === first.frontendApiUrl ? [first, second] : [second, first];
    expect(several.errors).toBe(
      `bailiff: asking ${asked.apiUrl}, which was started last. Also running: ${other.apiUrl} (choose with --api-url).`,
    );
    const chosen = await bailiff(
      [...args, '--api-url', other.apiUrl],
      session({ env: terminal.env as Record<string, string> }),
    );
    expect([issuerOf(chosen.text), chosen.errors]).toEqual([other.frontendApiUrl, '']);
  });

  it('says where to get new keys after a restart', async () => {
    const terminal = session();
    envFile(terminal.folder, {
      ...note(first),
      jwtKey: first.jwtKey,
      secretKey: 'sk_test_ofyesterday',
    } as LocalInstance);
    const refused = await bailiff(args, terminal);
    expect([refused.code, refused.errors]).toEqual([1, expect.stringContaining('npx bailiff env > .env')]);
    announce(notesFolder(terminal.env), note(first));
    const minted = await bailiff(args, { ...session(), env: terminal.env, folder: terminal.folder });
    expect([minted.code, minted.errors]).toEqual([0, expect.stringContaining('npx bailiff env > .env')]);
    // The command that writes the file does not read it.
    const env = await bailiff(['env'], { ...session(), env: terminal.env, folder: terminal.folder });
    expect([env.code, env.errors]).toEqual([0, '']);
    expect(env.text).toContain(first.secretKey);
  });

  it('names the running instance if none answers at the address', async () => {
    const terminal = session({ env: { CLERK_API_URL: 'http://127.0.0.1:1', CLERK_SECRET_KEY: 'sk_test_x' } });
    announce(notesFolder(terminal.env), note(first));
    const { code, errors } = await bailiff(args, terminal);
    expect([code, errors]).toEqual([2, expect.stringContaining(`One runs at ${first.apiUrl}`)]);
  });

  it.each([
    [['--role', 'org:admin'], '--org'],
    [['--permission', 'org:invoices:read'], '--org'],
    [['--fva', 'soon'], 'two numbers'],
    [['--actor', '{'], 'JSON object'],
  ])('%j is an error without an organization, or for the wrong kind', async (more, part) => {
    const { code, errors, text } = await bailiff([...args, ...more], {
      env: { CLERK_API_URL: first.apiUrl, CLERK_SECRET_KEY: first.secretKey },
    });
    expect([code, text]).toEqual([3, '']);
    expect(errors).toContain(part);
  });

  it('accepts plans, features, a pending session, an actor and factor ages', async () => {
    const env = { CLERK_API_URL: first.apiUrl, CLERK_SECRET_KEY: first.secretKey };
    const mint = async (...more: string[]) => {
      const { text } = await bailiff([...args, ...more], { env });
      return JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
    };
    expect(
      await mint('--plan', 'u:pro', '--feature', 'u:reports', '--actor', 'user_2', '--fva', '5,-1', '--pending'),
    ).toMatchObject({ pla: 'u:pro', fea: 'u:reports', act: { sub: 'user_2' }, fva: [5, -1], sts: 'pending' });
    expect(await mint('--actor', '{"sub":"user_3","iss":"support"}')).toMatchObject({
      act: { sub: 'user_3', iss: 'support' },
    });
    expect(await mint()).not.toHaveProperty('act');
  });
});

describe('bailiff verify and doctor', () => {
  it('find the running instance without keys', async () => {
    const terminal = session();
    announce(notesFolder(terminal.env), note(first));
    const again = () => session({ env: terminal.env as Record<string, string> });
    const token = await first.createSessionToken({ userId: 'user_1' });
    const verified = await bailiff(['verify', token], again());
    expect([verified.code, verified.errors]).toEqual([0, expect.stringContaining(first.apiUrl)]);
    const checked = await bailiff(['doctor'], again());
    expect([checked.code, checked.text]).toEqual([0, expect.stringContaining('Nothing is wrong.')]);
    expect(checked.errors.split('\n')[0]).toMatch(/asking Clerk/);
    expect(checked.errors).toContain(first.apiUrl);
    expect((await bailiff(['verify', token])).code).toBe(3);
  });

  it('read .env', async () => {
    const terminal = session();
    envFile(terminal.folder, first);
    const token = await first.createSessionToken({ userId: 'user_1' });
    expect((await bailiff(['verify', token], terminal)).code).toBe(0);
    const doctor = await bailiff(['doctor', '--json'], { ...session(), folder: terminal.folder });
    expect(doctor.errors).toBe('');
    expect(JSON.parse(doctor.text)).toMatchObject({ ok: true });
  });

  it('doctor names the instance that was restarted with other keys', async () => {
    const env = { ...first.env, CLERK_SECRET_KEY: 'sk_test_ofyesterday' };
    expect((await bailiff(['doctor'], { env })).text).toMatch(/started anew[^]*npx bailiff env > \.env/);
    const stale = { ...first.env, CLERK_JWT_KEY: second.jwtKey };
    expect((await bailiff(['doctor'], { env: stale })).text).toMatch(
      /does not match any key[^]*npx bailiff env > \.env/,
    );
    const gone = { ...first.env, CLERK_API_URL: 'http://127.0.0.1:1' };
    expect((await bailiff(['doctor'], { env: gone })).text).toContain('npx bailiff local');
  });

  it('verify accepts options before the token, repeated', async () => {
    const token = await first.createSessionToken({ userId: 'user_1', azp: 'http://b.example' });
    const options = ['--issuer', first.frontendApiUrl, '--issuer', 'https://x.example'];
    const parties = ['--authorized-party', 'http://a.example', '--authorized-party', 'http://b.example'];
    const audience = ['--audience', 'http://c.example'];
    expect(await bailiff(['verify', ...options, ...parties, ...audience, token], { env: first.env })).toMatchObject({
      code: 0,
    });
    const { code } = await bailiff(['verify', '--authorized-party', 'http://a.example', token], { env: first.env });
    expect(code).toBe(1);
  });
});

describe('a .env file', () => {
  it('is read as servers read it, for unset variables of Clerk only', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bailiff-env-'));
    writeFileSync(
      join(folder, '.env'),
      'CLERK_A=1 # one\n  export CLERK_B="two\\nlines"\nCLERK_C=\'#3\'\r\nCLERK_D="4\n4"\nPATH=/evil\n#CLERK_E=5\nCLERK_F=\n',
    );
    expect(withEnvFile(folder, { CLERK_A: '', CLERK_C: 'set', HOME: '/' })).toEqual({
      ...{ CLERK_A: '1', CLERK_B: 'two\nlines', CLERK_C: 'set', CLERK_D: '4\n4', CLERK_F: '', HOME: '/' },
    });
    expect(withEnvFile(join(folder, 'none'), { CLERK_A: '1' })).toEqual({ CLERK_A: '1' });
  });
});
