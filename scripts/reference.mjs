// Writes docs/reference.md: every public name with its signature and its comment, read from the sources by TypeScript.
//
//   npm run docs:api               writes it
//   npm run docs:api -- --check    fails when it is out of date
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import prettier from 'prettier';
import ts from 'typescript';
import { ENTRY_POINTS } from './entry-points.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const PAGE = join(root, 'docs/reference.md');

const ENTRIES = ENTRY_POINTS.filter(({ about }) => about !== '');
/** Of a generated folder, a page of its own tells. */
const GENERATED = /\/src\/api\/generated\//;
/** How the framework's own form of a name is told from the other one's. */
const isAdapter = ({ source }) => source.startsWith('src/adapters/');
/** Longer ones are lists of values or shapes that an editor shows better. */
const MAX_LINES = 90;

function createProgram() {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (file) => readFileSync(file, 'utf8'));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  return ts.createProgram(
    ENTRIES.map(({ source }) => join(root, source)),
    options,
  );
}

function describe(program) {
  const checker = program.getTypeChecker();
  const told = new Set();
  return ENTRIES.map((entry) => {
    const { name, source, about } = entry;
    const module = checker.getSymbolAtLocation(program.getSourceFile(join(root, source)));
    const items = checker
      .getExportsOfModule(module)
      .map((symbol) => ({ as: symbol.name, symbol: resolve(checker, symbol) }))
      .filter(
        ({ symbol }) =>
          !told.has(symbol) && !declared(symbol).some((node) => GENERATED.test(node.getSourceFile().fileName)),
      )
      .map(({ as, symbol }) => {
        told.add(symbol);
        return {
          as,
          code: declared(symbol).map(code).filter(Boolean),
          comment: comment(checker, symbol),
          isValue: isValue(symbol),
        };
      })
      .filter((item) => item.code.length > 0);
    items.sort((a, b) => Number(b.isValue) - Number(a.isValue) || (a.as < b.as ? -1 : 1));
    const shared = isAdapter(entry) ? ' The rest of what it exports is described at [`bailiff`](#bailiff).' : '';
    return [`## \`${name}\``, about + shared, ...items.map(section)].join('\n\n');
  });
}

const resolve = (checker, symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
const declared = (symbol) => symbol.declarations ?? [];
const isValue = (symbol) => Boolean(symbol.flags & ts.SymbolFlags.Value);

function section({ as, code, comment }) {
  return [`### ${as}`, comment, `\`\`\`ts ignore\n${code.join('\n')}\n\`\`\``].filter(Boolean).join('\n\n');
}

/** Description, and what is thrown. Parameters are in the guides, and in the editor. */
function comment(checker, symbol) {
  const text = ts
    .displayPartsToString(symbol.getDocumentationComment(checker))
    // Excerpts, not programs: the tests compile what is only `ts`.
    .replaceAll(/^```ts$/gm, '```ts ignore');
  const thrown = symbol
    .getJsDocTags(checker)
    .filter((tag) => tag.name === 'throws')
    .map((tag) => `Throws ${ts.displayPartsToString(tag.text).replaceAll(/[{}]/g, '')}.`);
  return [text, ...new Set(thrown)].filter(Boolean).join('\n\n');
}

/** The declaration without what it does: bodies of functions, private members, values. */
function code(node) {
  const text = node.getText().replace(/^export (declare )?/, '');
  if (ts.isFunctionDeclaration(node)) {
    // Of an overloaded function, the last declaration is not part of the face.
    const overloaded = node.parent.statements.filter((other) => other.name?.text === node.name?.text).length > 1;
    if (node.body !== undefined && overloaded) return null;
    return node.body === undefined
      ? text
      : `${text.slice(0, node.body.getStart() - node.getStart() - (node.getText().length - text.length)).trimEnd()};`;
  }
  if (ts.isVariableDeclaration(node))
    return `const ${node.name.getText()}${node.type ? `: ${node.type.getText()}` : ''};`;
  if (ts.isClassDeclaration(node)) return classCode(node);
  if (!ts.isInterfaceDeclaration(node) && !ts.isTypeAliasDeclaration(node)) return null;
  return text.split('\n').length > MAX_LINES ? `${text.split('{')[0].trim()} { /* … */ }` : text;
}

function classCode(node) {
  const members = node.members
    .filter((member) => !isHidden(member))
    .map((member) => {
      const text = member.getFullText().trim();
      const body = member.body?.getFullText();
      const head = body === undefined ? text : text.slice(0, text.lastIndexOf(body)).trim();
      return member.initializer === undefined ? `${head.replace(/;$/, '')};` : `${head.split(' = ')[0]};`;
    });
  const heritage = node.heritageClauses?.map((clause) => clause.getText()).join(' ') ?? '';
  const kind = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword) ? 'abstract class' : 'class';
  return `${kind} ${node.name?.text} ${heritage} {\n${members.join('\n')}\n}`;
}

const isHidden = (member) =>
  (ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) !== 0 ||
  member.name?.kind === ts.SyntaxKind.PrivateIdentifier ||
  member.name?.kind === ts.SyntaxKind.ComputedPropertyName;

const page = await prettier.format(
  [
    '# API reference',
    'Every public name, as the sources declare it. Made by `npm run docs:api`; the guides say what it is for.',
    ENTRIES.map(({ name }) => `[\`${name}\`](#${name.replace('/', '')})`).join(' · '),
    ...describe(createProgram()),
  ].join('\n\n'),
  { ...(await prettier.resolveConfig(PAGE)), parser: 'markdown' },
);

if (process.argv.includes('--check')) {
  if (readFileSync(PAGE, 'utf8') !== page) {
    console.error('docs/reference.md is out of date. Run: npm run docs:api');
    process.exitCode = 1;
  }
} else writeFileSync(PAGE, page);
