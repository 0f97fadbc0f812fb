/** Where the documents of the APIs stand: in the repository, or as the package's own copies beside the joined modules. */
import { existsSync, readFileSync } from 'node:fs';

/**
 * The document, from the nearest folder above that has it.
 *
 * @param path from the root, such as `spec/backend-api.json`
 * @throws Error if the package lacks it
 */
export function readDocumentFile(path: string): unknown {
  for (let folder = new URL('.', import.meta.url); ;) {
    const document = new URL(path, folder);
    if (existsSync(document)) return JSON.parse(readFileSync(document, 'utf8'));
    const parent = new URL('..', folder);
    if (parent.href === folder.href) throw new Error(`The package lacks ${path}.`);
    folder = parent;
  }
}
