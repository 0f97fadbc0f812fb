/**
 * S23: whoever can measure time must learn nothing about a secret. What can be shown without a stopwatch: the places where
 * a secret is compared, and that each goes through a comparison whose work does not depend on what is compared.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const FOLDERS = ['src', 'packages/local/src'];
/** Names of what is secret, or proves knowledge of a secret. */
const SECRET = /secret|signature|hmac|\bmac\b|digest|password|signingkey/i;
/** Words in the program are no secrets, and whether there is a value at all is none either. */
const HARMLESS = /^(['"`]|null$|undefined$|true$|false$|\d)/;

function comparisonsOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.ES2022, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isBinaryExpression(node) &&
      [ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken].includes(
        node.operatorToken.kind,
      )
    ) {
      const sides = [node.left, node.right].map((side) => side.getText());
      const names = sides.filter((side) => !/^typeof |\.length$|\.byteLength$/.test(side));
      if (names.length === 2 && names.some((side) => SECRET.test(side)) && !sides.some((side) => HARMLESS.test(side)))
        found.push(`${file}: ${node.getText()}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const files = FOLDERS.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('generated'))
    .map((file) => `${folder}/${file}`),
);

describe('S23: secrets are compared in constant time', () => {
  it('nowhere by ===, which stops at the first difference', () => {
    // The offline instance listens on loopback alone, prints its secret key when it starts, and guards nothing.
    const known = [
      'packages/local/src/model/users/totp.ts: totpCode(secret, now + step * STEP_MS) === code',
      // Which of two keys of this server a call was made with, and whether two of a developer's files agree.
      'src/core/backend-api/client.ts: key === secretKey',
      'packages/local/src/cli/choose-instance.ts: own !== secretKey',
      // Whether anything of an error's text was taken out: both sides are the server's own.
      'src/ground/error-text.ts: redact(value, secrets) === value',
      'src/ground/error-text.ts: safeCause(item, secrets, depth) === item',
    ];
    expect(files.flatMap(comparisonsOf).filter((found) => !known.includes(found))).toEqual([]);
  });

  it.each([
    ['src/webhooks/verify.ts', 'equalInConstantTime'],
    ['src/verify/seal.ts', 'crypto.subtle.decrypt'],
    ['packages/local/src/ground/same-secret.ts', 'timingSafeEqual'],
    ['packages/local/src/server/secret-key.ts', 'isSameSecret'],
    ['packages/local/src/backend-api/engine/authenticate.ts', 'isSameSecret'],
    ['packages/local/src/model/oauth/clients.ts', 'isSameSecret'],
    ['packages/local/src/model/verification/verification.ts', 'isSameSecret'],
    ['packages/local/src/model/users/password-digests.ts', 'timingSafeEqual'],
  ])('%s uses %s', (file, name) => {
    expect(readFileSync(join(root, file), 'utf8')).toContain(`${name}(`);
  });
});
