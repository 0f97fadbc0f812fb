/** `bailiff verify TOKEN`: is it good, and if not, why and what to do. */
import type { Command } from 'commander';
import { createAuthenticator, type Authenticator } from '../../../../../src/index.js';
import { AuthUnavailableError, TokenVerificationError } from '../../../../../src/errors.js';
import type { TokenReason } from '../../../../../src/reasons.js';
import type { TokenType } from '../../../../../src/types.js';
import { classifyToken } from '../../../../../src/verify/index.js';
import { largeClaims } from '../../ground/large-claims.js';
import { environmentOrRunning } from '../ask-running.js';
import type { Register } from '../register.js';
import { CommandError, EXIT, painter, printable, type ExitCode, type Terminal } from '../terminal.js';
import { explain, KIND_NAMES, validity, type Explanation, type Surroundings, type TokenFacts } from './explain.js';

interface Options {
  readonly authorizedParty?: readonly string[];
  readonly audience?: readonly string[];
  readonly issuer?: readonly string[];
  readonly sessionAudience?: boolean;
  readonly json?: boolean;
}

interface Report {
  readonly valid: boolean;
  /** Null: good. */
  readonly reason: TokenReason | null;
  readonly facts: TokenFacts;
  readonly explanation: Explanation | null;
  /** What verification gives an application. */
  readonly result: unknown;
  readonly validity: string | null;
}

const CHECKS: Readonly<Record<TokenType, (authenticator: Authenticator, token: string) => Promise<unknown>>> = {
  session_token: (authenticator, token) => authenticator.verifySessionToken(token),
  api_key: (authenticator, token) => authenticator.verifyApiKey(token),
  m2m_token: (authenticator, token) => authenticator.verifyM2MToken(token),
  oauth_token: (authenticator, token) => authenticator.verifyOAuthToken(token),
};

export const addVerifyCommand: Register = (program: Command, terminal, finish) => {
  program
    .command('verify')
    .description("Say whether a token is good, with the environment's keys; if not, why and what to do.")
    .argument(
      '<token>',
      'any token or API key; - reads it from standard input, which keeps it out of the shell history',
    )
    .option(
      '--authorized-party <origin>',
      'origin of pages whose session tokens are accepted (azp); may be repeated',
      also,
    )
    .option(
      '--audience <audience>',
      'accepted audience (aud) of OAuth tokens and JWTs of machines; may be repeated',
      also,
    )
    .option('--session-audience', 'session tokens must carry an accepted audience too')
    .option('--issuer <issuer>', 'accepted issuer (iss); may be repeated', also)
    .option('--json', 'for machines')
    .action(async (argument: string, options: Options) => {
      const token = (argument === '-' ? await terminal.readInput() : argument).trim().replace(/^Bearer\s+/i, '');
      if (token === '') throw new CommandError('There is no token to verify.');
      const report = await check(token, options, { ...terminal, env: await environmentOrRunning(terminal) });
      terminal.out(options.json === true ? JSON.stringify(forMachines(report), null, 2) : forPeople(report, terminal));
      const { kind, payload } = report.facts;
      const warning = kind === 'session_token' && payload !== null ? largeClaims(payload) : null;
      if (warning !== null) terminal.err(warning);
      finish(exitCodeOf(report));
    });
};

/** An option that is given again. Not one that takes a list: it would take the token behind it as well. */
const also = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

async function check(token: string, options: Options, terminal: Terminal): Promise<Report> {
  const { authorizedParty: authorizedParties = [], audience = [], issuer = [] } = options;
  const sessionTokens = options.sessionAudience === true ? 'required' : null;
  if (sessionTokens !== null && audience.length === 0) throw new CommandError('Say which audience: --audience.');
  const authenticator = createAuthenticator(
    {
      authorizedParties: options.authorizedParty,
      audience: options.audience && { value: options.audience, sessionTokens },
      issuer: options.issuer,
      fetch: terminal.fetch,
      now: () => terminal.now(),
    },
    terminal.env,
  );
  const { tokenType: kind, form, jwt } = classifyToken(token);
  const facts: TokenFacts = { kind, form, header: jwt?.header ?? null, payload: jwt?.payload ?? null };
  const base = { facts, explanation: null, result: null };
  try {
    const result = await CHECKS[kind](authenticator, token);
    return { ...base, valid: true, reason: null, result, validity: validity(facts, terminal.now()) };
  } catch (error) {
    if (!(error instanceof TokenVerificationError || error instanceof AuthUnavailableError)) throw error;
    const { reason } = error;
    const said = error.message.replace(/ https:\S+$/, '').replace(` (reason=${reason})`, '');
    const around: Surroundings = {
      now: terminal.now(),
      authorizedParties,
      audience,
      issuer,
      keyIds: await keyIds(authenticator),
    };
    return { ...base, valid: false, reason, explanation: explain(reason, facts, around, said), validity: null };
  }
}

/** The ids of the instance's keys; null if they cannot be had. */
async function keyIds({ config }: Authenticator): Promise<readonly string[] | null> {
  if (config.secretKey === null) return null;
  try {
    const headers = { authorization: `Bearer ${config.secretKey}` };
    const response = await config.fetch(`${config.apiUrl}/${config.apiVersion}/jwks`, {
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(3_000),
    });
    const { keys } = (await response.json()) as { keys: { kid: string }[] };
    return keys.map(({ kid }) => kid);
  } catch {
    return null;
  }
}

function exitCodeOf({ valid, explanation, reason }: Report): ExitCode {
  if (valid || explanation === null || reason === null) return EXIT.ok;
  return UNCHECKED.has(reason) ? EXIT.unavailable : EXIT.refused;
}

/** Reasons that say nothing about the token: it could not be checked. */
const UNCHECKED: ReadonlySet<TokenReason> = new Set<TokenReason>([
  'jwk-failed-to-resolve',
  'jwk-kid-unchecked',
  'jwk-remote-failed-to-load',
  'jwk-local-missing',
  'secret-key-invalid',
  'unexpected-error',
]);

function forMachines({ valid, reason, facts, explanation, result, validity: text }: Report): unknown {
  const { kind, form, header, payload } = facts;
  return {
    valid,
    reason,
    kind,
    form,
    ...explanation,
    ...(text === null ? {} : { validity: text }),
    header,
    payload,
    result,
  };
}

function forPeople(report: Report, terminal: Terminal): string {
  const paint = painter(terminal.color);
  const { facts, explanation, reason } = report;
  const name = `${KIND_NAMES[facts.kind]}${facts.form === 'malformed' ? '' : ` (${facts.form === 'jwt' ? 'JWT' : 'opaque'})`}`;
  const verdict =
    reason === null
      ? [`${paint('green', 'Good')}: ${name}.`, report.validity]
      : [
          `${paint(UNCHECKED.has(reason) ? 'yellow' : 'red', UNCHECKED.has(reason) ? 'Not checked' : 'Refused')}: ${reason}`,
          explanation?.meaning,
          explanation?.detail,
          `${paint('bold', 'What to do:')} ${explanation?.remedy ?? ''}`,
        ];
  const decoded =
    facts.payload === null
      ? [report.result === null ? null : section('What it says', report.result, paint)]
      : [
          section('Header', facts.header, paint),
          section(reason === null ? 'Claims' : 'Claims (not to be trusted)', facts.payload, paint),
        ];
  return [...verdict, ...decoded].filter((line): line is string => Boolean(line)).join('\n');
}

function section(title: string, value: unknown, paint: ReturnType<typeof painter>): string {
  const lines = Object.entries(value as Record<string, unknown>).map(
    ([key, entry]) => `  ${printable(key)}: ${printable(render(key, entry))}`,
  );
  return ['', paint('bold', title), ...lines].join('\n');
}

const TIMES = new Set(['exp', 'iat', 'nbf']);

function render(key: string, value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const isTime = TIMES.has(key) && typeof value === 'number' && Math.abs(value) < 8e12;
  return isTime ? `${text} (${new Date(value * 1000).toISOString()})` : text;
}
