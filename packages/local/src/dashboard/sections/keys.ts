/** Keys of the instance, API keys and machines. */
import { html, type Markup } from '../../frontend-api/pages/html.js';
import { issueKey } from '../../model/issue-credentials.js';
import { findApiKey, revokeApiKey } from '../../model/machines/api-keys.js';
import { createScopedMachine, findMachine, machines } from '../../model/machines/machine-records.js';
import { remove } from '../../model/records/resource.js';
import { isGood } from '../../model/tokens/machine-tokens.js';
import { textOr } from '../../model/users/names.js';
import type { InstanceState } from '../../state/instance-state.js';
import { filled, listIn, numberIn } from '../form.js';
import { PAGE_SIZE } from '../pagination.js';
import {
  button,
  card,
  copyButton,
  dangerous,
  form,
  input,
  live,
  note,
  pre,
  suggestions,
  tableOr,
  tag,
  time,
} from '../parts.js';
import type { Section } from '../section.js';

export const keys: Section = {
  path: 'keys',
  title: 'Keys',
  show: ({ state, instance }) =>
    html`${card('Keys of the instance', environment(instance.env))}
    ${card('API keys', html`${live('api-keys', apiKeys(state))}${newKey(state)}`)}
    ${card('Machines', html`${live('machines', machineList(state))}${newMachine}`)}`,
  actions: {
    'create-key': {
      done: 'The key is here.',
      run: ({ state }, sent) => {
        const scopes = listIn(sent, 'scopes');
        const seconds = numberIn(sent, 'seconds', 'Good for, in seconds');
        issueKey(state, {
          subject: requiredText(sent.text('subject')),
          ...filled({ name: sent.text('name'), scopes, expiresInSeconds: seconds }),
        });
        return undefined;
      },
    },
    'revoke-key': {
      done: 'The key is revoked.',
      run: ({ state }, { text }) => {
        revokeApiKey(state, findApiKey(state, text('id')), null);
        return undefined;
      },
    },
    'create-machine': {
      done: 'The machine is here.',
      run: ({ state }, { text }) => {
        createScopedMachine(state, { name: requiredText(text('name')) });
        return undefined;
      },
    },
    'delete-machine': {
      done: 'The machine is deleted, with its keys and tokens.',
      run: ({ state }, { text }) => {
        remove(state, machines, findMachine(state, text('id')));
        return undefined;
      },
    },
  },
};

function requiredText(text: string): string {
  if (text === '') throw new TypeError('Something is missing: fill in the field.');
  return text;
}

/** Values as a file of variables takes them: quoted where they have line breaks. */
export function environment(env: object): Markup {
  const text = Object.entries(env)
    .map(([name, value]) => `${name}=${/[\s#"]/.test(String(value)) ? JSON.stringify(value) : String(value)}`)
    .join('\n');
  return html`<details>
    <summary>Show them, as lines for .env</summary>
    ${pre(text)}
    <p>${copyButton(text)}</p>
  </details>`;
}

function secret(value: unknown): Markup {
  const text = textOr(value, '');
  return text === ''
    ? note('none')
    : html`<details id="secret-${text.slice(-8)}">
        <summary>Show</summary>
        <code>${text}</code> ${copyButton(text)}
      </details>`;
}

function apiKeys(state: InstanceState): Markup {
  const rows = [...state.table('api_keys').rows()].reverse().slice(0, PAGE_SIZE);
  const heads = ['Name', 'Subject', 'Scopes', 'State', 'Expires', 'Secret', 'Action'];
  const cells = rows.map((row) => [
    html`${row.name}<small>${row.id}</small>`,
    html`<code>${row.subject}</code>`,
    [row.scopes].flat().join(' ') || 'none',
    isGood(state, row) ? tag('good', 'good') : tag(row.revoked ? 'revoked' : 'expired', 'bad'),
    time(row.expiration),
    secret(row.secret),
    row.revoked ? '' : button('keys/revoke-key', 'Revoke', { id: row.id }),
  ]);
  return tableOr('There are no API keys.', 'API keys', heads, cells);
}

const newKey = (state: InstanceState): Markup =>
  html`${form('keys/create-key', 'Create key', [
    input('Subject', 'subject', { list: 'subjects', hint: 'user_…, org_… or mch_…', required: true }),
    input('Name', 'name'),
    input('Scopes', 'scopes', { hint: 'invoices:read' }),
    input('Good for, in seconds', 'seconds', { hint: 'for ever' }),
  ])}
  ${suggestions('subjects', [
    ...state
      .table('users')
      .rows()
      .map(({ id }) => id),
    ...state
      .table('organizations')
      .rows()
      .map(({ id }) => id),
    ...state
      .table('machines')
      .rows()
      .map(({ id }) => id),
  ])}`;

function machineList(state: InstanceState): Markup {
  const rows = state.table('machines').rows().slice(0, PAGE_SIZE);
  const cells = rows.map((row) => [
    html`${row.name}<small>${row.id}</small>`,
    `${String(row.default_token_ttl)} s`,
    secret(row.secret_key),
    dangerous('keys/delete-machine', 'Delete', { id: row.id }, 'Keys and tokens of the machine go as well.'),
  ]);
  return tableOr('There are no machines.', 'Machines', ['Machine', 'Tokens live', 'Secret key', 'Action'], cells);
}

const newMachine = form('keys/create-machine', 'Create machine', [
  input('Name of the machine', 'name', { required: true }),
]);
