import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { removeOldDrafts, writePrivateFile } from '../../packages/local/src/instance/private-file.js';

const folders: string[] = [];
const place = () => {
  const folder = mkdtempSync(join(tmpdir(), 'bailiff-private-'));
  folders.push(folder);
  return { folder, file: join(folder, 'state.json') };
};
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});
const mode = (path: string) => statSync(path).mode & 0o777;

describe('a private file', () => {
  it('is readable by its owner only, new or as a replacement', () => {
    const { folder, file } = place();
    writePrivateFile(file, 'one');
    expect([mode(file), readFileSync(file, 'utf8')]).toEqual([0o600, 'one']);
    chmodSync(file, 0o644);
    writePrivateFile(file, 'two');
    expect([mode(file), readFileSync(file, 'utf8')]).toEqual([0o600, 'two']);
    expect(readdirSync(folder)).toEqual(['state.json']);
  });

  it('is not visible to a process that holds the old one open', () => {
    const { folder, file } = place();
    writeFileSync(file, 'old', { mode: 0o644 });
    const before = statSync(file).ino;
    writePrivateFile(file, 'new');
    expect(statSync(file).ino).not.toBe(before);
    expect(readdirSync(folder)).toEqual(['state.json']);
  });

  it('is replaced behind a link, which remains', () => {
    const { folder, file } = place();
    const real = join(folder, 'real.json');
    writeFileSync(real, 'old', { mode: 0o644 });
    symlinkSync(real, file);
    writePrivateFile(file, 'new');
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect([mode(real), readFileSync(real, 'utf8')]).toEqual([0o600, 'new']);
  });

  it('replaces a dangling link instead of following it', () => {
    const { folder, file } = place();
    symlinkSync(join(folder, 'nowhere'), file);
    writePrivateFile(file, 'new');
    expect([lstatSync(file).isFile(), mode(file), existsSync(join(folder, 'nowhere'))]).toEqual([true, 0o600, false]);
  });

  it('keeps the old one, and leaves no draft, if it cannot be written', () => {
    const { folder, file } = place();
    mkdirSync(file);
    expect(() => writePrivateFile(file, 'new')).toThrow('EISDIR');
    expect(readdirSync(folder)).toEqual(['state.json']);
    expect(() => writePrivateFile(join(folder, 'missing', 'state.json'), 'new')).toThrow('ENOENT');
  });

  it('is written into an existing pipe, which stays', () => {
    const { folder, file } = place();
    execFileSync('mkfifo', [file]);
    const script = `import { writePrivateFile } from ${JSON.stringify(join(import.meta.dirname, '../../packages/local/src/instance/private-file.ts'))};
      writePrivateFile(process.argv[1], 'through');`;
    const read = execFileSync(
      'sh',
      ['-c', `"$0" --import tsx --input-type=module -e "$1" "$2" & cat "$2"; wait`, process.execPath, script, file],
      {
        encoding: 'utf8',
        cwd: join(import.meta.dirname, '../..'),
      },
    );
    expect([read, lstatSync(file).isFIFO(), readdirSync(folder)]).toEqual(['through', true, ['state.json']]);
  });
});

describe('abandoned drafts', () => {
  it('are removed when old, and nothing else is', () => {
    const { folder, file } = place();
    const names = [
      'state.json.0123456789ab.tmp',
      'state.json.backup',
      'state.json.tmp',
      'other.json.0123456789ab.tmp',
      'state.json',
    ];
    for (const name of names) {
      writeFileSync(join(folder, name), 'x');
      utimesSync(join(folder, name), 1_000, 1_000);
    }
    writeFileSync(join(folder, 'state.json.ba9876543210.tmp'), 'being written');
    removeOldDrafts(file);
    expect(readdirSync(folder).sort()).toEqual([...names.slice(1), 'state.json.ba9876543210.tmp'].sort());
    removeOldDrafts(join(folder, 'missing', 'state.json'));
  });
});
