/**
 * `node scripts/mutants.mjs [--sample N] [--seed N] [--in src/verify,src/core] [--near]`: changes one token of the code at a time and
 * runs the tests; a change that they do not notice survives and is printed. By hand, not in CI: a sample of 100 takes the better part
 * of an hour. `--near` runs only the tests that stand beside the code: quicker, and what survives has to be judged by more tests.
 *
 * The checkout stays as it is: the changes are made in a copy of what is committed. On a machine that is busy with other things:
 * `VITEST_MAX_WORKERS=1 nice npm run mutants`.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';

const { values } = parseArgs({
  options: {
    sample: { type: 'string' },
    seed: { type: 'string' },
    in: { type: 'string' },
    jobs: { type: 'string' },
    near: { type: 'boolean' },
  },
});
const sample = Number(values.sample ?? 100);
const seed = Number(values.seed ?? 1);
const folders = (values.in ?? 'src/verify,src/core,src/adapters').split(',');
const jobs = Number(values.jobs ?? 1);

/**
 * Tests that stand elsewhere than beside the code, by the beginning of its path.
 * @type {readonly (readonly [start: string, tests: readonly string[]])[]}
 */
const NEAR = [
  ['src/core/session/', ['test/core/session', 'test/attacks/handshakes.test.ts']],
  ['src/core/proxy/', ['test/core/proxy', 'test/adapters/frontend-api-proxy.test.ts']],
  ['src/core/middleware/', ['test/adapters/contract.test.ts', 'test/adapters/definition.test.ts']],
  ['src/adapters/', ['test/adapters']],
];
const ALL = [
  'test/verify',
  'test/core',
  'test/adapters',
  'test/attacks',
  'test/webhooks',
  'test/fleet/late-writes.test.ts',
  'test/reliability',
  'test/leaks',
];

/** Lists of tests in the order in which they run: those of the file itself, those of its folder, everything else. */
function stagesOf(/** @type {string} */ path) {
  const beside = path.replace(/^src/, 'test');
  const own = beside.replace(/\.ts$/, '.test.ts');
  const near = NEAR.find(([start]) => path.startsWith(start))?.[1] ?? [dirname(beside)];
  const stages = [[own], near, ...(values.near ? [] : [ALL.filter((tests) => !near.includes(tests))])];
  return stages.map((tests) => tests.filter((file) => existsSync(file))).filter((tests) => tests.length > 0);
}

/** A change can make a loop endless. */
const TIMEOUT_MS = 900_000;

/** @type {ReadonlyMap<ts.SyntaxKind, string>} */
const SWAPS = new Map([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [ts.SyntaxKind.LessThanToken, '<='],
  [ts.SyntaxKind.LessThanEqualsToken, '<'],
  [ts.SyntaxKind.GreaterThanToken, '>='],
  [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
  [ts.SyntaxKind.AmpersandAmpersandToken, '||'],
  [ts.SyntaxKind.BarBarToken, '&&'],
  [ts.SyntaxKind.QuestionQuestionToken, '&&'],
  [ts.SyntaxKind.PlusToken, '-'],
  [ts.SyntaxKind.MinusToken, '+'],
  [ts.SyntaxKind.AsteriskToken, '/'],
]);

/** @typedef {{ path: string, start: number, end: number, to: string, from: string, line: number }} Mutant */

/**
 * The changes that a file allows: where, and what stands there then.
 * @param {string} path
 * @returns {Mutant[]}
 */
function mutantsOf(path) {
  const text = execFileSync('git', ['show', `HEAD:${path}`], { encoding: 'utf8' });
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  /** @type {Pick<Mutant, 'path' | 'start' | 'end' | 'to'>[]} */
  const found = [];
  const add = (/** @type {ts.Node} */ node, /** @type {string} */ to) =>
    found.push({ path, start: node.getStart(source), end: node.getEnd(), to });
  const visit = (/** @type {ts.Node} */ node) => {
    if (
      ts.isTypeNode(node) ||
      ts.isImportDeclaration(node) ||
      ts.isExportDeclaration(node) ||
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node)
    )
      return;
    if (ts.isBinaryExpression(node)) {
      const swap = SWAPS.get(node.operatorToken.kind);
      if (swap !== undefined) add(node.operatorToken, swap);
    } else if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken)
      add(node, node.operand.getText(source));
    else if (node.kind === ts.SyntaxKind.TrueKeyword) add(node, 'false');
    else if (node.kind === ts.SyntaxKind.FalseKeyword) add(node, 'true');
    else if (ts.isNumericLiteral(node)) add(node, String(Number(node.text.replaceAll('_', '')) + 1));
    else if (ts.isStringLiteral(node) && node.text !== '' && !ts.isPropertyAssignment(node.parent.parent ?? node))
      add(node, "''");
    else if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) add(node, ';');
    else if (ts.isIfStatement(node)) {
      add(node.expression, 'false');
      add(node.expression, 'true');
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found.map((one) => ({
    ...one,
    from: text.slice(one.start, one.end),
    line: text.slice(0, one.start).split('\n').length,
  }));
}

function filesBelow(/** @type {string} */ folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
    .sort();
}

/** mulberry32, so that a run can be repeated. */
function createRandom(/** @type {number} */ start) {
  let state = start >>> 0;
  return (/** @type {number} */ below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function checkout() {
  const dir = mkdtempSync(join(tmpdir(), 'bailiff-mutants-'));
  copies.add(dir);
  execFileSync('sh', ['-c', `git archive HEAD | tar -x -C ${dir}`]);
  symlinkSync(join(process.cwd(), 'node_modules'), join(dir, 'node_modules'));
  for (const path of ['src/api/generated', 'spec/merged.json']) cpSync(path, join(dir, path), { recursive: true });
  return dir;
}

/**
 * Process groups of tests that run, by the id of their first process. An interrupted run kills them.
 * @type {Set<number>}
 */
const running = new Set();
/**
 * Folders with copies of the repository. An interrupted run removes them.
 * @type {Set<string>}
 */
const copies = new Set();
const killGroup = (/** @type {number} */ pid) => process.kill(-pid, 'SIGKILL');
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    running.forEach(killGroup);
    for (const dir of copies) rmSync(dir, { recursive: true, force: true });
    process.exit(1);
  });
}

/**
 * Whether the tests pass. In a group of processes of their own, so that none of them is left behind by an endless loop.
 * @param {string} dir
 * @param {readonly string[]} paths
 * @returns {Promise<'passed' | 'failed' | 'ended by force'>}
 */
const run = (dir, paths) =>
  new Promise((resolve, reject) => {
    const args = ['node_modules/vitest/vitest.mjs', 'run', '--bail=1', '--reporter=dot', ...paths];
    const child = spawn(process.execPath, args, { cwd: dir, detached: true, stdio: 'ignore' });
    const { pid } = child;
    if (pid === undefined) return reject(new Error('The tests could not be started.'));
    running.add(pid);
    const timer = setTimeout(() => killGroup(pid), TIMEOUT_MS);
    child.on('exit', (code, signal) => {
      running.delete(pid);
      clearTimeout(timer);
      resolve(signal === null ? (code === 0 ? 'passed' : 'failed') : 'ended by force');
    });
  });

/** `SURVIVED`, or how it was noticed. */
async function judge(/** @type {string} */ dir, /** @type {Mutant} */ mutant) {
  const file = join(dir, mutant.path);
  const original = readFileSync(file, 'utf8');
  writeFileSync(file, original.slice(0, mutant.start) + mutant.to + original.slice(mutant.end));
  let verdict = 'SURVIVED';
  for (const tests of stagesOf(mutant.path)) {
    const result = await run(dir, tests);
    if (result === 'passed') continue;
    verdict = result === 'failed' ? 'noticed' : 'noticed (endless)';
    break;
  }
  writeFileSync(file, original);
  return verdict;
}

const random = createRandom(seed);
const all = folders.flatMap(filesBelow).flatMap(mutantsOf);
/** @type {Mutant[]} */
const chosen = [];
while (chosen.length < Math.min(sample, all.length)) chosen.push(...all.splice(random(all.length), 1));
const queue = [...chosen];
/** @type {Mutant[]} */
const survivors = [];
let done = 0;
async function work() {
  const dir = checkout();
  for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
    const verdict = await judge(dir, mutant);
    done += 1;
    if (verdict === 'SURVIVED') survivors.push(mutant);
    const { path, line, from, to } = mutant;
    console.log(`${done}/${chosen.length} ${verdict} ${path}:${line} ${from.slice(0, 60)} -> ${to.slice(0, 60)}`);
  }
  rmSync(dir, { recursive: true });
}
await Promise.all(Array.from({ length: jobs }, work));
console.log(`seed ${seed}: ${chosen.length - survivors.length} of ${chosen.length} noticed (${folders.join(', ')})`);
