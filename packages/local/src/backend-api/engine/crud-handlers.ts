/** Handlers of the operations that most resources have, made from the facts of the resource. */
import { change, create, find, list, remove, type Resource } from '../../model/records/resource.js';
import type { Draft, InstanceState, Row } from '../../state/instance-state.js';
import type { Fields } from '../../state/rows.js';
import { bodyOf, idOf, type Handler, type Handlers } from './operation.js';

export const listOf =
  <R extends Row>(resource: Resource<R>): Handler =>
  (call, state) =>
    list(state, resource, call.query);

export const getOf =
  <R extends Row>(resource: Resource<R>): Handler =>
  (call, state) =>
    resource.view(find(state, resource, idOf(call)), state);

export const createOf =
  <R extends Row, Body = Fields>(
    resource: Resource<R>,
    fields: (body: Body, state: InstanceState) => Draft<R>,
  ): Handler =>
  (call, state) =>
    resource.view(create(state, resource, fields(bodyOf<Body>(call), state)), state);

export const updateOf =
  <R extends Row, Body = Fields>(
    resource: Resource<R>,
    patch: (body: Body, row: R, state: InstanceState) => Draft<R>,
  ): Handler =>
  (call, state) => {
    const row = find(state, resource, idOf(call));
    return resource.view(change(state, resource, row.id, patch(bodyOf<Body>(call), row, state)), state);
  };

export const deleteOf =
  <R extends Row>(resource: Resource<R>): Handler =>
  (call, state) =>
    remove(state, resource, find(state, resource, idOf(call)));

/** Joins handlers; two for one operation are a mistake. */
export function join(...parts: readonly Handlers[]): Handlers {
  const joined: Record<string, Handler> = {};
  for (const [id, handler] of parts.flatMap((part) => Object.entries(part))) {
    if (joined[id]) throw new Error(`Two handlers for ${id}`);
    joined[id] = handler;
  }
  return joined;
}
