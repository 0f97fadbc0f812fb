/** The fields of a request, however they came: form, JSON or upload. */
import { isRecord } from '../../../../../src/ground/is-record.js';
import type { LocalRequest } from '../../http/messages.js';
import { isJson, readForm, readJson, readMultipart, type UploadedFile } from '../../http/read-body.js';
import type { Fields } from '../../state/rows.js';

export interface Input {
  /** A name that comes several times is a list. `''` is the client's null. */
  readonly fields: Fields;
  readonly files: Readonly<Record<string, UploadedFile>>;
}

/** Fields of forms that hold JSON as text. */
const JSON_FIELDS = new Set(['unsafe_metadata', 'public_metadata', 'public_key_credential', 'claims']);

export async function readInput(request: LocalRequest): Promise<Input> {
  const type = request.headers['content-type'];
  if (request.body.byteLength === 0) return { fields: {}, files: {} };
  if (type?.startsWith('multipart/form-data') === true) {
    const { body, files } = await readMultipart(request).catch(() => ({ body: {}, files: {} }));
    return { fields: body, files };
  }
  if (type !== undefined && isJson(request)) return { fields: jsonFields(request), files: {} };
  if (type?.startsWith('application/octet-stream') === true) return { fields: {}, files: { file: rawFile(request) } };
  return { fields: formFields(readForm(request)), files: {} };
}

function jsonFields(request: LocalRequest): Fields {
  try {
    const value = readJson(request);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function formFields(form: URLSearchParams): Fields {
  const names = [...new Set(form.keys())];
  // Through entries: a field of the name `__proto__` stays a field.
  return Object.fromEntries(
    names.map((name) => {
      const values = form.getAll(name);
      const [only = ''] = values;
      return [name, values.length > 1 ? values : JSON_FIELDS.has(name) ? parsed(only) : only];
    }),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A picture as the client sends it without a form: a data URL as text. */
function rawFile({ body }: LocalRequest): UploadedFile {
  const [, contentType = 'application/octet-stream', data] =
    /^data:([\w.+/-]+);base64,(.*)$/s.exec(Buffer.from(body).toString()) ?? [];
  return { filename: 'file', contentType, bytes: data === undefined ? body : Buffer.from(data, 'base64') };
}
