import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const here = import.meta.dirname;

/** What the compiler says about a program of this folder. */
function diagnose(files: readonly string[], change: (text: string) => string = (text) => text): string[] {
  const config = ts.readConfigFile(join(here, 'tsconfig.json'), (file) => ts.sys.readFile(file));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, here);
  const host = ts.createCompilerHost(options);
  const readFile = host.readFile.bind(host);
  const read = (file: string) => {
    const text = readFile.call(host, file);
    return text !== undefined && dirname(file) === here ? change(text) : text;
  };
  host.readFile = read;
  host.getSourceFile = (file, version) => {
    const text = read(file);
    return text === undefined ? undefined : ts.createSourceFile(file, text, version);
  };
  const program = ts.createProgram(files, options, host);
  return files.flatMap((file) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((found) => {
      const { line = 0 } = source?.getLineAndCharacterOfPosition(found.start ?? 0) ?? {};
      return `${line + 1} ${ts.flattenDiagnosticMessageText(found.messageText, ' ')}`;
    });
  });
}

describe('Register', () => {
  const file = join(here, 'registered.ts');

  it('narrows roles, permissions and claims: every typo is an error, and nothing else', { timeout: 120_000 }, () => {
    expect(diagnose([file])).toEqual([]);
  });

  it('is what narrows them: without it, the same typos compile', { timeout: 120_000 }, () => {
    const unused = diagnose([file], (text) => text.replace('interface Register {', 'interface SomethingElse {'));
    expect(unused.filter((message) => message.includes("Unused '@ts-expect-error'"))).toHaveLength(8);
  });
});
