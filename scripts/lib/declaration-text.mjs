/** A declaration as the reference shows it. */
import ts from 'typescript';

/** Longer ones are lists of values or shapes that an editor shows better. */
const MAX_LINES = 90;

/**
 * The declaration without what it does: bodies of functions, private members, values.
 * @param {ts.Declaration} node
 * @returns {string | null} null if it is not part of what is public
 */
export function codeOf(node) {
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
