/** The one place that reads the body of a request, for both APIs. What is wrong with it is theirs to say. */
import type { LocalRequest } from './messages.js';

/** A file of a multipart upload. */
export interface UploadedFile {
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** Whether the body is JSON by its `Content-Type`, or by its absence. */
export function isJson({ headers }: LocalRequest): boolean {
  return /^application\/([\w.-]+\+)?json\b/i.test(headers['content-type'] ?? 'application/json');
}

/** @throws SyntaxError, or TypeError for what is not UTF-8 */
export function readJson({ body }: LocalRequest): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
}

/** The fields of `application/x-www-form-urlencoded`. */
export function readForm({ body }: LocalRequest): URLSearchParams {
  return new URLSearchParams(new TextDecoder().decode(body));
}

/** @throws TypeError for what is not `multipart/form-data` */
export async function readMultipart(request: LocalRequest): Promise<{
  readonly body: Readonly<Record<string, unknown>>;
  readonly files: Readonly<Record<string, UploadedFile>>;
}> {
  const headers = { 'content-type': request.headers['content-type'] ?? '' };
  const fields: [string, string][] = [];
  const files: [string, UploadedFile][] = [];
  for (const [name, value] of await new Response(request.body as BodyInit, { headers }).formData()) {
    if (typeof value === 'string') fields.push([name, value]);
    else {
      const bytes = new Uint8Array(await value.arrayBuffer());
      files.push([name, { filename: value.name, contentType: value.type, bytes }]);
    }
  }
  // Through entries: a field of the name `__proto__` stays a field.
  return { body: Object.fromEntries(fields), files: Object.fromEntries(files) };
}
