/** docs/options.md: every option, as its type and the comment of its type say. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import prettier from 'prettier';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
export const PAGE = join(root, 'docs/options.md');
/** The version of an option whose comment names none. */
const FIRST_VERSION = '0.1.0';

/**
 * @typedef {object} Options a section of the page
 * @property {string} title
 * @property {string} source path of the file that declares the type, from the root of the repository
 * @property {string} type name of the interface
 * @property {string} about
 *
 * @typedef {object} Row
 * @property {string} name path of the option: `cache.jwks.freshMs`
 * @property {string} variable environment variable; empty if there is none
 * @property {string} fallback what counts when it is not given
 * @property {string} unit
 * @property {string} about
 * @property {string} since
 */

/** @type {readonly Options[]} */
export const SECTIONS = [
  {
    title: 'Authenticator and middleware',
    source: 'src/types/options.ts',
    type: 'AuthenticatorOptions',
    about:
      'For `clerkMiddleware(options)` of every adapter, and for `createAuthenticator(options)`. What they mean for browsers: [Browser sessions](sessions.md).',
  },
  {
    title: 'Middleware alone',
    source: 'src/core/middleware/read-arguments.ts',
    type: 'MiddlewareSettings',
    about:
      'For `clerkMiddleware`, beside the options above, or as the second argument when the first is an authenticator or a function: `clerkMiddleware(authenticator, { onDenied })`.',
  },
  {
    title: 'Frontend API proxy',
    source: 'src/core/proxy/frontend-api-proxy.ts',
    type: 'FrontendApiProxyOptions',
    about: 'For `frontendApiProxy` of `clerkMiddleware`: [Frontend API proxy](express.md#frontend-api-proxy).',
  },
  {
    title: 'Audience',
    source: 'src/types/options.ts',
    type: 'AudienceOptions',
    about: 'The long form of `audience`: [Audience](sessions.md#audience).',
  },
  {
    title: 'WebSockets',
    source: 'src/core/middleware/websocket-options.ts',
    type: 'UpgradeOptions',
    about: 'For `authenticateUpgrade(authenticator, request, options)`: [WebSockets](websockets.md).',
  },
  {
    title: 'OAuth resource metadata',
    source: 'src/core/middleware/resource-metadata.ts',
    type: 'ProtectedResourceOptions',
    about: 'For `protectedResourceMetadata(options)`: [OAuth and MCP](mcp.md).',
  },
  {
    title: 'Webhooks',
    source: 'src/webhooks/verify.ts',
    type: 'VerifyWebhookOptions',
    about: 'For `verifyWebhook(request, options)`: [Webhooks](webhooks.md).',
  },
  {
    title: 'Backend API',
    source: 'src/api/values.ts',
    type: 'BackendApiOptions',
    about: 'For `createBackendApi(options)` and `createBackendClient(options)`: [Backend API](api/README.md).',
  },
  {
    title: 'OpenTelemetry',
    source: 'src/opentelemetry/bridge.ts',
    type: 'OpenTelemetryOptions',
    about: 'For `openTelemetry(options)`: [Observability](observability.md#opentelemetry).',
  },
  {
    title: 'The offline instance',
    source: 'packages/local/src/instance/start-local-instance.ts',
    type: 'LocalInstanceOptions',
    about: 'For `startLocalInstance(options)`: [The offline instance](local.md).',
  },
];

/** The files that the program of {@link optionsPage} has to hold. */
export const SOURCES = [...new Set(SECTIONS.map(({ source }) => join(root, source)))];

/**
 * @param {ts.Program} program that holds {@link SOURCES}
 * @returns {Promise<string>} the page, formatted
 */
export async function optionsPage(program) {
  const page = [
    '# Options',
    'Every option, made from the types by `npm run docs:api`.',
    'An option that is given wins over its variable; a variable wins over the default. `null` and `undefined` count as not given. A name ' +
      'that is no option, an empty list and a value that cannot work are a `ConfigurationError` where the option is given: [the rules](security.md#options).',
    ...SECTIONS.map((section) => [`## ${section.title}`, section.about, table(rowsOf(program, section))].join('\n\n')),
  ].join('\n\n');
  return prettier.format(page, { ...(await prettier.resolveConfig(PAGE)), parser: 'markdown' });
}

/**
 * @param {ts.Program} program
 * @param {Options} section
 * @returns {readonly Row[]} in the order of the type, options within options by their path
 */
export function rowsOf(program, { source, type }) {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(join(root, source));
  const declaration = file?.statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === type);
  if (declaration === undefined) throw new Error(`${source} declares no ${type}.`);
  return membersOf(checker, checker.getTypeAtLocation(declaration), '');
}

/**
 * @param {ts.TypeChecker} checker
 * @param {ts.Type} type
 * @param {string} path with a dot at its end, or empty
 * @returns {Row[]}
 */
function membersOf(checker, type, path) {
  return type.getProperties().flatMap((symbol) => {
    const name = path + symbol.name;
    const nested = nestedOf(checker, symbol);
    if (nested !== null) return membersOf(checker, nested, `${name}.`);
    const tags = new Map(symbol.getJsDocTags(checker).map((tag) => [tag.name, ts.displayPartsToString(tag.text)]));
    return {
      name,
      variable: tags.get('env') ?? '',
      fallback: tags.get('default') ?? (symbol.flags & ts.SymbolFlags.Optional ? '' : 'required'),
      unit: tags.get('unit') ?? '',
      about: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
      since: tags.get('since') ?? FIRST_VERSION,
    };
  });
}

/**
 * The type of an option that is an object of options: one whose members are all optional, and nothing else stands for it.
 * @param {ts.TypeChecker} checker
 * @param {ts.Symbol} symbol
 */
function nestedOf(checker, symbol) {
  const given = checker.getNonNullableType(checker.getTypeOfSymbol(symbol));
  const isObject = (given.flags & ts.TypeFlags.Object) !== 0 && given.getCallSignatures().length === 0;
  const members = isObject ? given.getProperties() : [];
  return members.length > 0 && members.every(({ flags }) => flags & ts.SymbolFlags.Optional) ? given : null;
}

function table(/** @type {readonly Row[]} */ rows) {
  const cell = (/** @type {string} */ text) => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');
  const code = (/** @type {string} */ text) => (text === '' ? '' : `\`${text}\``);
  const lines = rows.map(
    ({ name, variable, fallback, unit, about, since }) =>
      `| ${[code(name), code(variable), cell(fallback), unit, cell(about), since].join(' | ')} |`,
  );
  return [
    '| option | variable | default | unit | what it changes | since |',
    '|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}
