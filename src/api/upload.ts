/**
 * The body of operations that send an image: whatever holds its bytes becomes one part of a form, with its true type and a name.
 * Loaded with the first upload.
 */
import { joinBytes } from '../ground/bytes.js';
import { bytesOf, tagOf } from '../ground/realm.js';
import { InvalidArgumentError } from './errors.js';
import type { Encode } from './operation.js';

/** "The file size cannot exceed 10MB" (Clerk's API reference). No more than this is read of a stream or from a disk. */
const MAX_BYTES = 10 * 1024 * 1024;

/** How the types begin that Clerk's API reference lists. */
const SIGNATURES: Readonly<Record<string, RegExp>> = {
  png: /^\x89PNG\r\n[^]\n/,
  jpeg: /^\xff\xd8\xff/,
  gif: /^GIF8[79]a/,
  webp: /^RIFF[^]{4}WEBP/,
};

/** The form is bytes: a `FormData` of another realm is none to `fetch`, and a form that holds a stream could not be sent again. */
export const encode: Encode = async (request, name, signal) => {
  const { file, ...fields } = request.body as Readonly<Record<string, unknown>>;
  const { bytes, type, fileName } = await readImage(file, name, signal);
  // Drawn anew each time: with a known boundary the bytes of an image could end their part and begin another.
  const boundary = `bailiff-${crypto.randomUUID()}`;
  const part = (field: string, about: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(field)}"${about}\r\n\r\n`;
  const texts = Object.entries(fields).flatMap(([field, value]) =>
    value === undefined ? [] : [`${part(field, '')}${String(value as string)}\r\n`],
  );
  const about = `; filename="${quoted(fileName)}"\r\nContent-Type: ${type}`;
  const [head, tail] = [`${texts.join('')}${part('file', about)}`, `\r\n--${boundary}--\r\n`].map((text) =>
    new TextEncoder().encode(text),
  ) as [Uint8Array, Uint8Array];
  request.body = joinBytes([head, bytes, tail], head.length + bytes.length + tail.length);
  request.headers.set('Content-Type', `multipart/form-data; boundary=${boundary}`);
};

/** As forms write names (HTML standard, "multipart/form-data"). */
const quoted = (name: string): string => name.replace(/[\r\n"]/g, encodeURIComponent);

/** @throws InvalidArgumentError for what is no image, is too large, or cannot be read */
async function readImage(file: unknown, name: string, signal: AbortSignal) {
  const fail = (problem: string, cause?: unknown) => new InvalidArgumentError(`${name}: ${problem}`, { cause });
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const piece of open(file, signal)) {
      const bytes = bytesOf(piece);
      if (!bytes) throw fail('the stream of the file gives no bytes.');
      pieces.push(bytes);
      size += bytes.byteLength;
      if (size > MAX_BYTES) throw fail('the file is larger than 10 MB.');
    }
  } catch (error) {
    throw error instanceof InvalidArgumentError ? error : fail('the file could not be read.', error);
  }
  const bytes = joinBytes(pieces, size);
  const { type: declared, name: given, pathname } = Object(file) as Partial<File & URL>;
  const begin = String.fromCharCode(...bytes.subarray(0, 16));
  const known = Object.keys(SIGNATURES).find((type) => SIGNATURES[type]!.test(begin));
  // The bytes decide, before the declared type, which may come from the ending of a name.
  const type = known ? `image/${known}` : declared;
  if (!type) throw fail('the file is no PNG, JPEG, GIF or WebP. Give a Blob that names another type.');
  return {
    bytes,
    type,
    fileName: (given ?? decodeURIComponent(pathname?.replace(/.*\//, '') ?? '')) || `image.${known ?? 'bin'}`,
  };
}

/** The pieces of whatever holds bytes, told apart by tags, since classes differ between realms. A text is no file and no path. */
function open(file: unknown, signal: AbortSignal): AsyncIterable<unknown> | Iterable<unknown> {
  const tag = tagOf(file);
  if (bytesOf(file)) return [file];
  // By what it can do: the Blob of happy-dom has no tag, and that of jsdom had no `arrayBuffer` before 27.
  if (typeof (Object(file) as Partial<Blob>).arrayBuffer === 'function') return [(file as Blob).arrayBuffer()];
  if (/^\[object (?:Blob|File)\]$/.test(tag)) return [readOldBlob(file as Blob)];
  const stream = tag === '[object URL]' ? openUrl(file as URL) : file;
  if (!(Symbol.asyncIterator in Object(stream))) {
    throw new TypeError('A file is a Blob, bytes, a stream, or a file: URL: pathToFileURL(path).');
  }
  // A stream of Node's that never goes on is let go of: also when that was decided while this module was loaded.
  const letGo = () => (stream as { destroy?(): void }).destroy?.();
  if (signal.aborted) letGo();
  signal.addEventListener('abort', letGo);
  return stream as AsyncIterable<unknown>;
}

function readOldBlob(blob: Blob): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error ?? new Error('The Blob could not be read.'));
    reader.readAsArrayBuffer(blob);
  });
}

/**
 * A file on this machine's disk. Named by a `URL`, which no JSON of a stranger can bring: a text or `{ path }` that a handler
 * passes on would make the server read whatever file it names.
 */
function openUrl(url: URL): unknown {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const files = process?.getBuiltinModule?.('node:fs') as { createReadStream(url: URL): unknown } | undefined;
  if (url.protocol === 'file:' && files) return files.createReadStream(url);
  throw new TypeError('Only a file: URL is read, on Node (20.16 or newer), Deno and Bun.');
}
