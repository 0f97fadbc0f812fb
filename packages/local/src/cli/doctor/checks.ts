/** The checks, one row each: facts in, finding out. Pure, so that every row can be tried with facts that a test made. */
import { ConfigurationError } from '../../../../../src/errors.js';
import { isLoopbackHost } from '../../../../../src/ground/loopback.js';
import { duration, printable } from '../terminal.js';
import type { Answer, Facts } from './facts.js';
import { ok, problem, warning, type Check, type Finding } from './finding.js';
import { cookiesCheck, proxyCheck, satelliteCheck } from './site-checks.js';

const OLDEST_NODE = 20;
/** Tokens are checked with this much tolerance by default; they live a minute. */
const SKEW_TOLERANCE_MS = 5_000;

export const CHECKS: readonly Check[] = [
  {
    id: 'runtime',
    title: 'Runtime',
    look: ({ nodeVersion }) =>
      Number.parseInt(nodeVersion, 10) >= OLDEST_NODE
        ? ok(`Node ${nodeVersion}.`)
        : problem(`Node ${nodeVersion} is too old.`, `Use Node ${String(OLDEST_NODE)} or newer.`),
  },
  {
    id: 'configuration',
    title: 'Configuration',
    look: ({ config }) =>
      config instanceof ConfigurationError
        ? problem(config.message.replace(/ https:\S+$/, '').replace(` ${config.remedy}`, ''), config.remedy)
        : ok('The options can work together.'),
  },
  { id: 'secret-key', title: 'Secret key', look: checkSecretKey },
  { id: 'publishable-key', title: 'Publishable key', look: checkPublishableKey },
  { id: 'key-pair', title: 'Same instance', look: checkPair },
  { id: 'jwt-key', title: 'JWT key', look: checkJwtKey },
  {
    id: 'backend-api',
    title: 'Backend API',
    look: ({ backend }) => backend && checkReachable(backend, 'CLERK_API_URL'),
  },
  {
    id: 'frontend-api',
    title: 'Frontend API',
    look: ({ frontend }) => frontend && checkReachable(frontend, 'CLERK_PUBLISHABLE_KEY'),
  },
  { id: 'clock', title: 'Clock', look: checkClock },
  proxyCheck,
  satelliteCheck,
  cookiesCheck,
  { id: 'webhooks', title: 'Webhook secret', look: checkWebhookSecret },
];

/** An offline instance has other keys after each start, unless it has a seed or a file. */
const TAKE_KEYS = 'Take its keys, and start the server again: npx bailiff env > .env';

const isOffline = (answer: Answer | null): boolean => answer !== null && isLoopbackHost(new URL(answer.url).host);

function checkSecretKey({ variable, backend }: Facts): Finding | null {
  const key = variable('CLERK_SECRET_KEY');
  if (key === undefined) {
    return variable('CLERK_JWT_KEY') === undefined
      ? problem('CLERK_SECRET_KEY is not set.', 'Set it to the key that begins with sk_ in the Clerk dashboard.')
      : warning(
          'CLERK_SECRET_KEY is not set: session tokens and machine JWTs can be verified, but not API keys, opaque tokens or cookies that need renewal.',
          'Set it if the server needs those.',
        );
  }
  if (backend?.errorCode === 'clerk_key_invalid' || backend?.status === 401) {
    return isOffline(backend)
      ? problem('The offline instance does not accept CLERK_SECRET_KEY: it was started anew.', TAKE_KEYS)
      : problem(
          'Clerk does not accept CLERK_SECRET_KEY.',
          'Copy it again from the dashboard; it may have been rotated.',
        );
  }
  return backend?.keys ? ok('Clerk accepts it.') : null;
}

function checkPublishableKey({ variable, publishableKey }: Facts): Finding {
  if (variable('CLERK_PUBLISHABLE_KEY') === undefined) {
    return warning(
      'CLERK_PUBLISHABLE_KEY is not set: browser sessions in cookies do not work.',
      'Set it if browsers load pages from this server.',
    );
  }
  if (publishableKey === null) {
    return problem(
      'CLERK_PUBLISHABLE_KEY is not a publishable key.',
      'Set it to the key that begins with pk_live_ or pk_test_.',
    );
  }
  return ok(`A ${publishableKey.instanceType} instance, Frontend API ${publishableKey.frontendApiHost}.`);
}

function checkPair({ variable, publishableKey, backend, frontend }: Facts): Finding | null {
  const secretKey = variable('CLERK_SECRET_KEY');
  if (secretKey === undefined || publishableKey === null) return null;
  const same = 'Take both keys from the same instance, on one page of the dashboard.';
  const isLive = /^(sk_)?live_/.test(secretKey);
  if (isLive !== (publishableKey.instanceType === 'production')) {
    return problem(
      `The secret key is for a ${isLive ? 'production' : 'development'} instance, the publishable key for a ${publishableKey.instanceType} one.`,
      same,
    );
  }
  if (!backend?.keys || !frontend?.keys) return null;
  const ids = new Set(backend.keys.map(({ kid }) => kid));
  return frontend.keys.some(({ kid }) => ids.has(kid))
    ? ok('Secret key and publishable key belong to one instance.')
    : problem('Secret key and publishable key belong to different instances: every token would be refused.', same);
}

function checkJwtKey({ variable, jwtKeyModulus, backend, frontend }: Facts): Finding | null {
  const pem = variable('CLERK_JWT_KEY');
  if (pem === undefined) return null;
  if (pem.includes('PRIVATE KEY')) {
    return problem(
      'CLERK_JWT_KEY holds a private key.',
      'Remove it, and set the public key: "JWT public key" in the dashboard.',
    );
  }
  if (jwtKeyModulus === null) {
    return problem(
      'CLERK_JWT_KEY is not an RSA public key in PEM form.',
      'Copy "JWT public key" from the dashboard, with its first and last line.',
    );
  }
  const keys = backend?.keys ?? frontend?.keys;
  if (!keys) return null;
  return keys.some(({ n }) => n === jwtKeyModulus)
    ? ok('It matches a current key of the instance.')
    : problem(
        'CLERK_JWT_KEY does not match any key of this instance: every session token would be refused.',
        isOffline(backend ?? frontend)
          ? TAKE_KEYS
          : 'Copy it again (keys may have been rotated), or unset it: keys are then loaded and follow rotations.',
      );
}

function checkReachable({ url, status, failure, keys }: Answer, variable: string): Finding {
  const { origin } = new URL(url);
  if (failure !== null) {
    return problem(
      `${origin} cannot be reached: ${printable(failure)}.`,
      isLoopbackHost(new URL(url).host)
        ? 'Start the offline instance: npx bailiff local. If it runs at another port, take its keys: npx bailiff env > .env'
        : `Check ${variable}, DNS, firewall and proxies for outgoing requests.`,
    );
  }
  if (keys !== null && keys.length > 0)
    return ok(`${origin} answers with ${String(keys.length)} key${keys.length === 1 ? '' : 's'}.`);
  // The key's own check has said it.
  if (status === 401) return ok(`${origin} answers.`);
  return problem(
    `${origin} answers ${String(status)} where keys were expected.`,
    `Check that ${variable} leads to Clerk, and not to a proxy or a login page.`,
  );
}

function checkClock({ backend, frontend, config }: Facts): Finding | null {
  const offset = backend?.clockOffsetMs ?? frontend?.clockOffsetMs;
  if (offset === undefined || offset === null) return null;
  const tolerance = config instanceof ConfigurationError ? SKEW_TOLERANCE_MS : config.clockSkewMs;
  // The header is exact to a second.
  if (Math.abs(offset) <= 1_500) return ok("It agrees with Clerk's.");
  const message = `This clock is ${duration(offset)} ${offset > 0 ? 'behind' : 'ahead of'} Clerk's`;
  const remedy = 'Synchronise the clock (NTP); in containers and virtual machines that of the host.';
  return Math.abs(offset) < tolerance
    ? warning(`${message}, which is within the tolerance.`, remedy)
    : problem(`${message}: fresh tokens look ${offset > 0 ? 'as if they were from the future' : 'expired'}.`, remedy);
}

function checkWebhookSecret({ variable }: Facts): Finding | null {
  const secret = variable('CLERK_WEBHOOK_SIGNING_SECRET');
  if (secret === undefined) return null;
  const wellFormed = secret.split(/[\s,]+/).every((one) => /^whsec_[A-Za-z0-9+/]{16,}={0,2}$/.test(one));
  return wellFormed
    ? ok('It has the form of a signing secret.')
    : problem(
        'CLERK_WEBHOOK_SIGNING_SECRET is not whsec_ followed by base64.',
        "Copy the endpoint's signing secret from the dashboard.",
      );
}
