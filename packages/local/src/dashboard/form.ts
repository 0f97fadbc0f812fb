/** What a form of the dashboard sends. */
import type { LocalRequest } from '../http/messages.js';
import { readForm, readMultipart } from '../http/read-body.js';
import { lookUp } from '../ground/look-up.js';
import type { Form } from './section.js';

/** @throws TypeError for what is not `multipart/form-data` although it says so */
export async function readSentForm(request: LocalRequest): Promise<Form> {
  if ((request.headers['content-type'] ?? '').startsWith('multipart/form-data')) {
    const { body, files } = await readMultipart(request);
    const textIn = (value: unknown) => (typeof value === 'string' ? value.trim() : '');
    return { text: (name) => textIn(lookUp(body, name)), file: (name) => lookUp(files, name) };
  }
  const fields = readForm(request);
  return { text: (name) => (fields.get(name) ?? '').trim(), file: () => undefined };
}

/** The field as a whole number of at least 0; undefined where it is empty. @throws TypeError */
export function numberIn(form: Form, name: string, label: string): number | undefined {
  const text = form.text(name);
  if (text === '') return undefined;
  if (!/^\d{1,12}$/.test(text)) throw new TypeError(`${label}: a whole number, please.`);
  return Number(text);
}

/** Words, parted by blanks or commas; undefined where there are none. */
export function listIn(form: Form, name: string): readonly string[] | undefined {
  const words = form
    .text(name)
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  return words.length === 0 ? undefined : words;
}

type Filled<Fields> = { readonly [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/** The fields that are not empty. */
export const filled = <Fields extends Readonly<Record<string, unknown>>>(fields: Fields): Filled<Fields> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== '' && value !== undefined),
  ) as Filled<Fields>;
