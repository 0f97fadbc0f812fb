/** The surroundings of a command: text in and out, variables, clock, network. Tests give their own. */
import type { Environment } from '../../../../src/environment.js';
import type { Fetch } from '../../../../src/ports.js';

export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether `out` reaches a person's eyes in colour. */
  readonly color: boolean;
  readonly env: Environment;
  /** The working folder. */
  readonly folder: string;
  readonly fetch: Fetch;
  now(): number;
  /** All of standard input. */
  readInput(): Promise<string>;
  /** Resolves when the person asks to stop (Ctrl-C, `kill`). */
  stopped(): Promise<void>;
}

/** 0: as asked. 1: the answer is no. 2: there is no answer now. 3: the command was used or configured wrongly. */
export const EXIT = { ok: 0, refused: 1, unavailable: 2, usage: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A failure that is told in one line, without a stack. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly exitCode: ExitCode = EXIT.usage,
  ) {
    super(message);
  }
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Style = keyof typeof CODES;
export type Paint = (style: Style, text: string) => string;

export function painter(color: boolean): Paint {
  return (style, text) => (color ? `\u001b[${String(CODES[style])}m${text}\u001b[0m` : text);
}

/**
 * Characters that a terminal obeys instead of showing, or that change the order in which a line is read: C0 and C1 controls,
 * DEL, line and paragraph separators, and the marks of bidirectional text.
 */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A piece of text from a token, a request or a server, as it may appear in a line: `\u001b` for an escape. */
export function printable(text: string): string {
  return text.replace(OBEYED, escaped);
}

/**
 * The same terminal for commands to write to: whatever they print, nothing that is obeyed gets out, but for line breaks and
 * tabs, and colours where there are any. In JSON the escapes mean the same characters, so that it stays the same value.
 */
export function withoutControlCharacters(terminal: Terminal): Terminal {
  const pattern = new RegExp(`\\u001b\\[\\d{1,2}m|[\\n\\t]|${OBEYED.source}`, 'g');
  const clean = (text: string): string =>
    text.replace(pattern, (found) =>
      found === '\n' || found === '\t' || (terminal.color && found.length > 1) ? found : printable(found),
    );
  return {
    ...terminal,
    out: (text) => {
      terminal.out(clean(text));
    },
    err: (text) => {
      terminal.err(clean(text));
    },
  };
}

/** `3 minutes`, for a time in ms, either sign. */
export function duration(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  const units = [
    [86_400, 'day'],
    [3_600, 'hour'],
    [60, 'minute'],
  ] as const;
  const [size, name] = units.find(([unit]) => seconds >= 2 * unit) ?? [1, 'second'];
  const count = Math.round(seconds / size);
  return `${String(count)} ${name}${count === 1 ? '' : 's'}`;
}
