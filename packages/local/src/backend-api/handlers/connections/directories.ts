/** Directories, under both of their names. */
import type { DirectoriesCreateParams, DirectoriesUpdateParams } from '../../../../../../src/api/generated/types.js';
import { createDirectory, directories, shownAs, updateDirectory } from '../../../model/connections/directories.js';
import { find, list, remove } from '../../../model/records/resource.js';
import { bodyOf, idOf, type Handlers } from '../../engine/operation.js';

function handlersOf(many: string, one: string, object: Parameters<typeof shownAs>[0]): Handlers {
  const named = {
    ...directories,
    object,
    view: (...args: Parameters<typeof directories.view>) => shownAs(object, ...args),
  };
  return {
    [`List${many}`]: (call, state) => list(state, named, call.query),
    [`Create${one}`]: (call, state) => {
      const row = createDirectory(state, bodyOf<DirectoriesCreateParams>(call));
      return { ...named.view(row, state), api_key: row.api_key };
    },
    [`Get${one}`]: (call, state) => named.view(find(state, named, idOf(call)), state),
    [`Update${one}`]: (call, state) => {
      const row = find(state, named, idOf(call));
      return named.view(updateDirectory(state, row, bodyOf<DirectoriesUpdateParams>(call)), state);
    },
    [`Delete${one}`]: (call, state) => remove(state, named, find(state, named, idOf(call))),
  };
}

export const directoryHandlers: Handlers = {
  ...handlersOf('Directories', 'Directory', 'directory'),
  ...handlersOf('SCIMDirectories', 'SCIMDirectory', 'scim_directory'),
};
