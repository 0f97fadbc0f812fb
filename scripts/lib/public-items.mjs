/** The public names of both packages, as the reference tells of them. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { ENTRY_POINTS } from '../entry-points.mjs';
import { codeOf } from './declaration-text.mjs';

/** @typedef {import('../entry-points.mjs').EntryPoint} EntryPoint */

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Entry points that the reference describes. */
export const ENTRIES = ENTRY_POINTS.filter(({ about }) => about !== '');
/** A page of its own describes the generated methods and types. */
const GENERATED = /\/src\/api\/generated\//;
/**
 * @typedef {object} Item a public name
 * @property {string} as
 * @property {EntryPoint} entry where it is described
 * @property {string} anchor of its heading
 * @property {readonly string[]} code its declarations
 * @property {string} comment
 * @property {readonly string[]} examples
 * @property {boolean} isValue
 * @property {ReadonlySet<ts.Symbol>} names what its declarations name, through types that are not public too
 * @property {ts.Symbol} symbol
 */

/**
 * In the order of the page.
 * @param {ts.Program} program that holds the files of {@link ENTRIES}
 * @returns {readonly Item[]}
 */
export function itemsOf(program) {
  const checker = program.getTypeChecker();
  /** @type {Set<ts.Symbol>} */
  const told = new Set();
  const isPublic = new Set(
    ENTRIES.flatMap((entry) => exportsOf(program, checker, entry).map((symbol) => withoutAlias(checker, symbol))),
  );
  const items = ENTRIES.flatMap((entry) =>
    exportsOf(program, checker, entry)
      .map((symbol) => ({ as: symbol.name, symbol: withoutAlias(checker, symbol) }))
      .filter(({ symbol }) => !told.has(symbol) && !declarationsOf(symbol).some(isGenerated))
      .map(({ as, symbol }) => {
        told.add(symbol);
        return {
          ...{ as, entry, symbol },
          names: namesIn(checker, symbol, isPublic),
          code: declarationsOf(symbol).flatMap((node) => codeOf(node) ?? []),
          comment: commentOf(checker, symbol),
          examples: tagsOf(checker, symbol, 'example'),
          isValue: (symbol.flags & ts.SymbolFlags.Value) !== 0,
        };
      })
      .filter((item) => item.code.length > 0)
      .sort((a, b) => Number(b.isValue) - Number(a.isValue) || (a.as < b.as ? -1 : 1)),
  );
  /** @type {Map<string, number>} */
  const anchors = new Map();
  return items.map((item) => {
    // As GitHub makes anchors of headings.
    const anchor = item.as.toLowerCase();
    const before = anchors.get(anchor) ?? 0;
    anchors.set(anchor, before + 1);
    return { ...item, anchor: before === 0 ? anchor : `${anchor}-${before}` };
  });
}

/**
 * The functions and classes whose declaration leads to a type, the nearest first: their examples show it.
 * @param {Item} item
 * @param {readonly Item[]} items
 * @returns {readonly Item[]} those at the least distance
 */
export function usersOf(item, items) {
  const seen = new Set([item]);
  let targets = [item];
  while (targets.length > 0) {
    const found = items.filter((other) => !seen.has(other) && targets.some(({ symbol }) => other.names.has(symbol)));
    const users = found.filter(({ isValue }) => isValue);
    // Adapters have the same names: the own one counts, else the first.
    if (users.length > 0) return users.filter((user) => nearest(user.as, users, item) === user);
    for (const other of found) seen.add(other);
    targets = found;
  }
  return [];
}

/**
 * Of the items with a name, that of the same entry point, else the first.
 * @param {string} name
 * @param {readonly Item[]} items
 * @param {Item} from
 */
export function nearest(name, items, from) {
  const named = items.filter(({ as }) => as === name);
  return named.find(({ entry }) => entry === from.entry) ?? named[0];
}

/**
 * The public symbols that a declaration names, outside of what functions do. A type that is not public is looked into.
 * @param {ts.TypeChecker} checker
 * @param {ts.Symbol} symbol
 * @param {ReadonlySet<ts.Symbol>} isPublic
 * @returns {ReadonlySet<ts.Symbol>}
 */
function namesIn(checker, symbol, isPublic) {
  const seen = new Set([symbol]);
  /** @type {Set<ts.Symbol>} */
  const found = new Set();
  const look = (/** @type {ts.Node} */ node) => {
    if (ts.isBlock(node)) return;
    const named = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined;
    if (named !== undefined) visit(withoutAlias(checker, named));
    ts.forEachChild(node, look);
  };
  const visit = (/** @type {ts.Symbol} */ named) => {
    if (seen.has(named)) return;
    seen.add(named);
    if (isPublic.has(named)) found.add(named);
    else for (const node of declarationsOf(named)) if (isOurs(node) && !isMember(node)) look(node);
  };
  declarationsOf(symbol).forEach(look);
  return found;
}

/** A member stands within a declaration that is looked at as a whole. */
const isMember = (/** @type {ts.Node} */ node) => ts.isTypeElement(node) || ts.isClassElement(node);
const isOurs = (/** @type {ts.Node} */ node) =>
  node.getSourceFile().fileName.startsWith(root) && !node.getSourceFile().fileName.includes('node_modules');

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

/**
 * @param {ts.TypeChecker} checker
 * @param {ts.Symbol} symbol
 * @param {string} name
 */
const tagsOf = (checker, symbol, name) =>
  symbol
    .getJsDocTags(checker)
    .filter((tag) => tag.name === name)
    .map((tag) => ts.displayPartsToString(tag.text));

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
  const thrown = tagsOf(checker, symbol, 'throws').map((what) => `Throws ${what.replace(/^\{([^}]*)\}/, '$1')}.`);
  return [text, ...new Set(thrown)].filter((part) => part !== '').join('\n\n');
}
