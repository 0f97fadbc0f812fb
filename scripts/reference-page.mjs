/** docs/reference.md: every public name with its signature and its comment, as TypeScript reads them in the sources. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import prettier from 'prettier';
import ts from 'typescript';
import { ENTRY_POINTS } from './entry-points.mjs';

/** @typedef {import('./entry-points.mjs').EntryPoint} EntryPoint */

const root = fileURLToPath(new URL('..', import.meta.url));
export const PAGE = join(root, 'docs/reference.md');

const ENTRIES = ENTRY_POINTS.filter(({ about }) => about !== '');
/** The files that the program of {@link referencePage} has to hold. */
export const SOURCES = ENTRIES.map(({ source }) => join(root, source));
/** A page of its own describes the generated methods and types. */
const GENERATED = /\/src\/api\/generated\//;
/** Each adapter has its framework's own form of a name. */
const isAdapter = (/** @type {EntryPoint} */ { source }) => source.startsWith('src/adapters/');
/** Longer ones are lists of values or shapes that an editor shows better. */
const MAX_LINES = 90;

/**
 * @param {ts.Program} program that holds {@link SOURCES}
 * @returns {Promise<string>} the page, formatted
 */
export async function referencePage(program) {
  const page = [
    '# API reference',
    'Every public name, as the sources declare it. Made by `npm run docs:api`; the guides say what it is for.',
    ENTRIES.map(({ name }) => `[\`${name}\`](#${name.replace('/', '')})`).join(' · '),
    ...sections(program),
  ].join('\n\n');
  return prettier.format(page, { ...(await prettier.resolveConfig(PAGE)), parser: 'markdown' });
}

function sections(/** @type {ts.Program} */ program) {
  const checker = program.getTypeChecker();
  /** @type {Set<ts.Symbol>} */
  const told = new Set();
  return ENTRIES.map((entry) => {
    const items = exportsOf(program, checker, entry)
      .map((symbol) => ({ as: symbol.name, symbol: withoutAlias(checker, symbol) }))
      .filter(({ symbol }) => !told.has(symbol) && !declarationsOf(symbol).some(isGenerated))
      .map(({ as, symbol }) => {
        told.add(symbol);
        return {
          as,
          code: declarationsOf(symbol).flatMap((node) => codeOf(node) ?? []),
          comment: commentOf(checker, symbol),
          isValue: (symbol.flags & ts.SymbolFlags.Value) !== 0,
        };
      })
      .filter((item) => item.code.length > 0);
    items.sort((a, b) => Number(b.isValue) - Number(a.isValue) || (a.as < b.as ? -1 : 1));
    const shared = isAdapter(entry) ? ' The rest of what it exports is described at [`bailiff`](#bailiff).' : '';
    return [`## \`${entry.name}\``, entry.about + shared, ...items.map(section)].join('\n\n');
  });
}

/**
 * @param {ts.Program} program
 * @param {ts.TypeChecker} checker
 * @param {EntryPoint} entry
 */
function exportsOf(program, checker, { source }) {
  const file = program.getSourceFile(join(root, source));
  const module = file && checker.getSymbolAtLocation(file);
  if (module === undefined) throw new Error(`${source} is no module of the program.`);
  return checker.getExportsOfModule(module);
}

const withoutAlias = (/** @type {ts.TypeChecker} */ checker, /** @type {ts.Symbol} */ symbol) =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
const declarationsOf = (/** @type {ts.Symbol} */ symbol) => symbol.declarations ?? [];
const isGenerated = (/** @type {ts.Node} */ node) => GENERATED.test(node.getSourceFile().fileName);

/** @param {{ as: string, code: readonly string[], comment: string }} item */
function section({ as, code, comment }) {
  const block = `\`\`\`ts ignore\n${code.join('\n')}\n\`\`\``;
  return [`### ${as}`, comment, block].filter((text) => text !== '').join('\n\n');
}

/**
 * Description, and what is thrown. Parameters are in the guides, and in the editor.
 * @param {ts.TypeChecker} checker
 * @param {ts.Symbol} symbol
 */
function commentOf(checker, symbol) {
  const text = ts
    .displayPartsToString(symbol.getDocumentationComment(checker))
    // Excerpts, not programs: the tests compile what is only `ts`.
    .replaceAll(/^```ts$/gm, '```ts ignore');
  const thrown = symbol
    .getJsDocTags(checker)
    .filter((tag) => tag.name === 'throws')
    .map((tag) => `Throws ${ts.displayPartsToString(tag.text).replaceAll(/[{}]/g, '')}.`);
  return [text, ...new Set(thrown)].filter((part) => part !== '').join('\n\n');
}

/**
 * The declaration without what it does: bodies of functions, private members, values.
 * @param {ts.Declaration} node
 * @returns {string | null} null if it is not part of what is public
 */
function codeOf(node) {
  const text = node.getText().replace(/^export (declare )?/, '');
  if (ts.isFunctionDeclaration(node)) return functionCode(node, text);
  if (ts.isVariableDeclaration(node))
    return `const ${node.name.getText()}${node.type ? `: ${node.type.getText()}` : ''};`;
  if (ts.isClassDeclaration(node)) return classCode(node);
  if (!ts.isInterfaceDeclaration(node) && !ts.isTypeAliasDeclaration(node)) return null;
  return text.split('\n').length > MAX_LINES ? `${text.slice(0, text.indexOf('{')).trim()} { /* … */ }` : text;
}

/**
 * @param {ts.FunctionDeclaration} node
 * @param {string} text without `export`
 */
function functionCode(node, text) {
  if (node.body === undefined) return text;
  const { statements } = /** @type {ts.SourceFile} */ (node.parent);
  const sameName = statements.filter(
    (other) => ts.isFunctionDeclaration(other) && other.name?.text === node.name?.text,
  );
  // Of an overloaded function, the last declaration is not part of the face.
  if (sameName.length > 1) return null;
  const removed = node.getText().length - text.length;
  return `${text.slice(0, node.body.getStart() - node.getStart() - removed).trimEnd()};`;
}

function classCode(/** @type {ts.ClassDeclaration} */ node) {
  const members = node.members
    .filter((member) => !isHidden(member))
    .map((member) => {
      const text = member.getFullText().trim();
      const body = 'body' in member ? /** @type {ts.Node | undefined} */ (member.body)?.getFullText() : undefined;
      const head = body === undefined ? text : text.slice(0, text.lastIndexOf(body)).trim();
      const hasValue = ts.isPropertyDeclaration(member) && member.initializer !== undefined;
      return hasValue ? `${head.slice(0, head.indexOf(' = '))};` : `${head.replace(/;$/, '')};`;
    });
  const heritage = node.heritageClauses?.map((clause) => clause.getText()).join(' ') ?? '';
  const isAbstract = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword) === true;
  return `${isAbstract ? 'abstract class' : 'class'} ${node.name?.text} ${heritage} {\n${members.join('\n')}\n}`;
}

const isHidden = (/** @type {ts.ClassElement} */ member) =>
  (ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) !== 0 ||
  member.name?.kind === ts.SyntaxKind.PrivateIdentifier ||
  member.name?.kind === ts.SyntaxKind.ComputedPropertyName;
