/**
 * TypeScript for tests. A file is parsed and bound once, whichever program it is part of: Node's types, the frameworks and the
 * library are most of a program and the same in each. The tests that need a compiler stand in one file for that reason
 * (test/types/compiled.test.ts), since every test file has a process of its own.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '../..');
const { config } = ts.readConfigFile(`${root}/tsconfig.json`, (file) => readFileSync(file, 'utf8')) as {
  config: unknown;
};
const options: ts.CompilerOptions = {
  ...ts.parseJsonConfigFileContent(config, ts.sys, root).options,
  // An example declares what it does not use.
  ...{ noUnusedLocals: false, noUnusedParameters: false },
};
const parsed = new Map<string, ts.SourceFile | undefined>();

/**
 * A program with the options of tsconfig.json.
 * @param files its roots, as absolute paths
 * @param texts files that do not exist, or that have another text here, by absolute path. They are roots too
 * @param paths modules that are found elsewhere, as in `paths` of tsconfig.json
 */
export function compile(
  files: readonly string[],
  texts: ReadonlyMap<string, string> = new Map(),
  paths: Readonly<Record<string, string[]>> = {},
): ts.Program {
  const all = { ...options, paths: { ...options.paths, ...paths } };
  const host = ts.createCompilerHost(all);
  const onDisk = { ...host };
  host.fileExists = (file) => texts.has(file) || onDisk.fileExists(file);
  host.readFile = (file) => texts.get(file) ?? onDisk.readFile(file);
  host.getSourceFile = (file, languageVersion, ...rest) => {
    const text = texts.get(file);
    if (text !== undefined) return ts.createSourceFile(file, text, languageVersion);
    if (!parsed.has(file)) parsed.set(file, onDisk.getSourceFile(file, languageVersion, ...rest));
    return parsed.get(file);
  };
  return ts.createProgram([...new Set([...files, ...texts.keys()])], all, host);
}

/** What the compiler says about one file of a program. */
export interface Problem {
  /** Counted from 1. */
  readonly line: number;
  readonly message: string;
}

/** Errors of syntax and of types in a file. */
export function problemsOf(program: ts.Program, file: string): Problem[] {
  const source = program.getSourceFile(file);
  if (source === undefined) throw new Error(`${file} is not part of the program.`);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((found) => ({
    line: source.getLineAndCharacterOfPosition(found.start ?? 0).line + 1,
    message: ts.flattenDiagnosticMessageText(found.messageText, ' '),
  }));
}
