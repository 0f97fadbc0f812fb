/**
 * The entry points of both packages: what an application can import. Build, sizes, reference, aliases (vitest.config.ts, tsconfig.json)
 * and the checks of the packed tarballs read this list, or a test compares them with it (test/package/entry-points.test.ts).
 * A new entry point is a row here, an entry in `exports` of package.json and one in `paths` of tsconfig.json.
 */

/**
 * @typedef {'node' | 'bun' | 'deno' | 'workerd'} Runtime
 *
 * @typedef {object} Limit of a bundle, in bytes
 * @property {number} [min] minified
 * @property {number} [gzip] minified and compressed
 *
 * @typedef {object} EntryPoint
 * @property {string} name what an application imports. `*` stands for the name of each file of a folder
 * @property {string} source path of the file from the root of the repository, with the same `*`
 * @property {'bailiff' | 'bailiff-local'} package
 * @property {readonly Runtime[]} runtimes where it loads
 * @property {readonly string[]} peers packages that it imports and that the application installs
 * @property {readonly string[]} never folders of which no file may come along in its bundle, beside those of {@link mayCarry}
 * @property {string} about what docs/reference.md says of it. Empty: it is not described there
 * @property {Limit & { later?: Limit, whole?: Limit }} [size] limits of the bundle of all its names; `later`: of what it loads when it is
 *   used, `whole`: of both together.
 *   None for a tool that nobody bundles
 * @property {string} [sample] for a name with `*`: one that exists
 * @property {boolean} [isCommand] it is run and exports nothing
 */

/** @type {readonly Runtime[]} */
const SERVERS = ['node', 'bun', 'deno'];
/** @type {readonly Runtime[]} */
const EVERYWHERE = [...SERVERS, 'workerd'];

/**
 * The adapter of a framework: in a folder of its name, beside the package of that name.
 * @param {string} framework
 * @param {string} title as its page calls it
 * @param {readonly Runtime[]} runtimes
 * @param {number} gzip limit of its bundle
 * @param {number} whole limit of its bundle with what is loaded when it is used
 * @returns {EntryPoint}
 */
const adapter = (framework, title, runtimes, gzip, whole) => ({
  name: `bailiff/${framework}`,
  source: `src/adapters/${framework}/index.ts`,
  package: 'bailiff',
  runtimes,
  peers: [framework],
  never: ['src/api'],
  about: `Guide: [${title}](${framework}.md), [Guards](guards.md).`,
  size: { gzip, whole: { gzip: whole } },
});

/**
 * In the order of docs/reference.md: a name that two entry points offer is described at the first.
 *
 * The limits of sizes are what was reached and a fiftieth: to pass one is a decision, not an accident.
 * jose and lru-cache are counted (11.5 kB).
 * @type {readonly EntryPoint[]}
 */
export const ENTRY_POINTS = [
  {
    name: 'bailiff',
    source: 'src/index.ts',
    package: 'bailiff',
    runtimes: EVERYWHERE,
    peers: [],
    never: ['src/api'],
    about: 'The core, for any framework. Types are also exported by the adapters.',
    size: { gzip: 45_450, whole: { gzip: 60_700 } },
  },
  adapter('express', 'Express', SERVERS, 53_370, 72_700),
  adapter('hono', 'Hono', EVERYWHERE, 52_080, 71_000),
  adapter('fastify', 'Fastify', SERVERS, 53_050, 72_400),
  {
    name: 'bailiff/api',
    source: 'src/api/index.ts',
    package: 'bailiff',
    runtimes: EVERYWHERE,
    peers: [],
    never: ['src/core', 'src/verify'],
    about: 'Guide: [Backend API](api/README.md). The methods and their types: [Operations](api/operations.md).',
    // `instanceof` across the two builds takes 300 B: errors have a brand, and a chunk that parts of the client share.
    size: { min: 14_150, gzip: 5_900, later: { min: 10_680, gzip: 5_850 } },
  },
  {
    name: 'bailiff/api/*',
    sample: 'bailiff/api/users',
    source: 'src/api/generated/*.ts',
    package: 'bailiff',
    runtimes: EVERYWHERE,
    peers: [],
    never: ['src/core', 'src/verify'],
    about: '',
    size: { min: 4_460, gzip: 1_230, later: { min: 5_440, gzip: 3_010 } },
  },
  {
    name: 'bailiff/webhooks',
    source: 'src/webhooks/index.ts',
    package: 'bailiff',
    runtimes: EVERYWHERE,
    peers: [],
    never: ['src/core', 'src/verify'],
    about: 'Guide: [Webhooks](webhooks.md).',
    size: { gzip: 3_815 },
  },
  {
    name: 'bailiff-local',
    source: 'packages/local/src/index.ts',
    package: 'bailiff-local',
    runtimes: SERVERS,
    peers: [],
    never: [],
    about: 'Guide: [The offline instance](local.md).',
  },
  {
    // It has types of @playwright/test alone: what it gives is handed to the application's own.
    name: 'bailiff-local/playwright',
    source: 'packages/local/src/playwright/index.ts',
    package: 'bailiff-local',
    runtimes: ['node'],
    peers: [],
    never: [],
    about: 'Guide: [Tests with Playwright](full-stack.md#tests-with-playwright).',
  },
  {
    name: 'bailiff-local/cli',
    source: 'packages/local/src/cli/main.ts',
    package: 'bailiff-local',
    runtimes: SERVERS,
    peers: [],
    never: [],
    about: '',
    isCommand: true,
  },
  {
    name: 'bailiff/opentelemetry',
    source: 'src/opentelemetry/index.ts',
    package: 'bailiff',
    runtimes: EVERYWHERE,
    peers: ['@opentelemetry/api'],
    never: ['src/api', 'src/core', 'src/verify', 'src/webhooks'],
    about: 'Guide: [Observability](observability.md).',
    size: { gzip: 1_270 },
  },
];

/** What a module can import: not the command. */
export const IMPORTABLE = ENTRY_POINTS.filter((entry) => entry.isCommand !== true);

/** A name that exists. */
export const sampleOf = (/** @type {EntryPoint} */ entry) => entry.sample ?? entry.name;

/**
 * Names to import on a runtime, from the packages that are installed.
 * @param {{ runtime?: Runtime, packages?: readonly string[] }} [which] `packages`: the two of ours, and peers. Absent: all
 */
export const namesFor = ({ runtime, packages } = {}) =>
  IMPORTABLE.filter((entry) => runtime === undefined || entry.runtimes.includes(runtime))
    .filter(
      (entry) => packages === undefined || [entry.package, ...entry.peers].every((name) => packages.includes(name)),
    )
    .map(sampleOf);

/** Every package that some entry point imports and the application installs. */
export const PEERS = [...new Set(ENTRY_POINTS.flatMap(({ peers }) => peers))];

/** What declarations name beside these: for whoever compiles against them. */
export const FOR_TYPES = ['@types/express', '@types/node', '@playwright/test'];

/** Where an entry point stands in `exports` of its package. */
export const subpathOf = (/** @type {EntryPoint} */ { name, package: owner }) => `.${name.slice(owner.length)}`;

/** Its module in `dist/` of its package, from there: `adapters/hono/index.js`. */
export const moduleOf = (/** @type {Pick<EntryPoint, 'source'>} */ { source }) =>
  source.replace(/^(packages\/local\/)?src\//, '').replace(/\.ts$/, '.js');

/** One set of declarations, CommonJS to a compiler; beside the modules stand files that re-export them. */
const typesOf = (/** @type {string} */ module) => `./dist/types/${module.replace(/\.js$/, '.d.ts')}`;

/**
 * What `exports` of a package.json has to say.
 * @param {EntryPoint['package']} owner
 * @returns {Record<string, unknown>}
 */
export function exportsOf(owner) {
  const rows = ENTRY_POINTS.filter((entry) => entry.package === owner).map((entry) => {
    const module = moduleOf(entry);
    const stem = `./dist/${module.replace(/\.js$/, '')}`;
    const both = {
      require: { types: typesOf(module), default: `${stem}.cjs` },
      types: `${stem}.d.ts`,
      default: `${stem}.js`,
    };
    return /** @type {const} */ ([subpathOf(entry), entry.isCommand ? `${stem}.js` : both]);
  });
  return { ...Object.fromEntries(rows), './package.json': './package.json' };
}

/**
 * What a package.json has to say to compilers that do not read `exports` (`moduleResolution: node10`).
 * @param {EntryPoint['package']} owner
 */
export function legacyFieldsOf(owner) {
  const entries = IMPORTABLE.filter((entry) => entry.package === owner);
  const main = entries.find((entry) => subpathOf(entry) === '.');
  if (main === undefined) throw new Error(`${owner} has no entry point of its own name.`);
  const paths = entries
    .filter((entry) => entry !== main)
    .map((entry) => /** @type {const} */ ([subpathOf(entry).slice(2), [typesOf(moduleOf(entry))]]));
  return {
    main: `./dist/${moduleOf(main).replace(/\.js$/, '.cjs')}`,
    types: typesOf(moduleOf(main)),
    ...(paths.length > 0 && { typesVersions: { '*': Object.fromEntries(paths) } }),
  };
}

/**
 * The regular expression of the names of an entry point, and its source with `$1` where the name has `*`: an alias as Vite takes it.
 * @param {EntryPoint} entry
 */
export function aliasOf({ name, source }) {
  return { find: new RegExp(`^${name.replace('*', '(.+)')}$`), replacement: source.replace('*', '$1') };
}

/**
 * The source behind a name that an application imports.
 * @param {string} name
 * @returns {string | undefined} a path from the root of the repository
 */
export function sourceOf(name) {
  const alias = IMPORTABLE.map(aliasOf).find(({ find }) => find.test(name));
  return alias && name.replace(alias.find, alias.replacement);
}

/** Folders of the adapters; one that several share is no entry point. */
const ADAPTERS = ENTRY_POINTS.flatMap(({ source }) => /^src\/adapters\/[^/]+\//.exec(source)?.[0] ?? []);

/**
 * Whether a file of ours may come along in the bundle of an entry point. Never one of the other package, nor the adapter of
 * another framework.
 * @param {EntryPoint} entry
 * @param {string} file path from the root of the repository
 */
export function mayCarry(entry, file) {
  if (ADAPTERS.some((folder) => file.startsWith(folder) && !entry.source.startsWith(folder))) return false;
  if (file.startsWith('packages/') && entry.package === 'bailiff') return false;
  return !entry.never.some((folder) => file.startsWith(`${folder}/`));
}
