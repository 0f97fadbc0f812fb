/** API keys of the user and of their organizations. These requests carry a session token instead of a cookie, and JSON. */
import { apiKeysOf, revokeApiKey, updateApiKey, viewApiKey } from '../../model/machines/api-keys.js';
import { createOwnApiKey, findOwnApiKey, requireOwnSubject } from '../../model/machines/own-api-keys.js';
import { pageOf } from '../../model/records/listing.js';
import { refusal } from '../../model/records/refusals.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { ApiKeyRow, Fields } from '../../state/rows.js';
import { textIn, withToken, type ActionCall, type Actions } from '../engine/action.js';
import { pageIn } from '../engine/query.js';

const MIN_NAME = 3;
const MAX_DESCRIPTION = 255;

const show = (state: InstanceState, row: ApiKeyRow): Fields => ({ ...viewApiKey(state, row), secret: undefined });

/** This service knows no 422. */
const wrong = (code: Parameters<typeof refusal>[0], paramName: string, message: string) =>
  refusal(code, message, { paramName, second: true });

function nameIn(call: ActionCall): string {
  const name = textIn(call, 'name');
  if (name === undefined) throw wrong('form_param_missing', 'name', 'name is missing.');
  if (name.length < MIN_NAME)
    throw wrong('form_param_min_length_exceeded', 'name', `name has at least ${String(MIN_NAME)} characters.`);
  if (name.trim() !== name)
    throw wrong('form_param_format_invalid', 'name', 'name begins and ends with something else than space.');
  return name;
}

function descriptionIn(call: ActionCall): string | null {
  const description = textIn(call, 'description') ?? null;
  if (description !== null && description.length > MAX_DESCRIPTION)
    throw wrong(
      'form_param_max_length_exceeded',
      'description',
      `description has at most ${String(MAX_DESCRIPTION)} characters.`,
    );
  return description;
}

function lifetimeIn({ fields }: ActionCall): number | null {
  const seconds = fields['seconds_until_expiration'] ?? null;
  if (seconds === null || (typeof seconds === 'number' && seconds > 0)) return seconds;
  throw wrong('form_param_value_invalid', 'seconds_until_expiration', 'seconds_until_expiration is a number above 0.');
}

function subjectOf(subject: string | null | undefined): string {
  if (subject) return subject;
  throw wrong('form_param_missing', 'subject', 'subject is missing.');
}

export const apiKeyActions: Actions = {
  getApiKeys: withToken((call) => {
    const { state, user, request } = call;
    const { query } = request;
    const subject = subjectOf(query.get('subject'));
    requireOwnSubject(state, user, subject, 'read');
    const found = apiKeysOf(state, {
      subject,
      type: query.get('type') ?? 'api_key',
      text: query.get('query') ?? '',
      all: query.get('include_invalid') === 'true',
    });
    return pageOf(found, pageIn(call), (row) => show(state, row));
  }),
  /** The one answer that has the secret. */
  createApiKey: withToken((call) => {
    const { state, user } = call;
    const subject = subjectOf(textIn(call, 'subject'));
    const key = createOwnApiKey(state, user, {
      subject,
      name: nameIn(call),
      type: textIn(call, 'type'),
      description: descriptionIn(call),
      secondsUntilExpiration: lifetimeIn(call),
    });
    return viewApiKey(state, key);
  }),
  updateApiKey: withToken((call) => {
    const { state, user, params } = call;
    const key = findOwnApiKey(state, user, params['api_key_id'] ?? '', 'manage');
    const patch = 'description' in call.fields ? { description: descriptionIn(call) } : {};
    return show(state, updateApiKey(state, key, patch));
  }),
  revokeApiKey: withToken((call) => {
    const { state, user, params } = call;
    const key = findOwnApiKey(state, user, params['api_key_id'] ?? '', 'manage');
    return show(state, revokeApiKey(state, key, textIn(call, 'revocation_reason') ?? null));
  }),
};
