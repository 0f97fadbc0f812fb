/** Tokens by click, shown decoded. */
import { html, type Markup } from '../../frontend-api/pages/html.js';
import { issueSession } from '../../model/issue-credentials.js';
import { notFound } from '../../model/records/refusals.js';
import { mintTemplateToken } from '../../model/tokens/template-token.js';
import { mintOf } from '../../server/mint.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields } from '../../state/rows.js';
import { filled, listIn, numberIn } from '../form.js';
import { addressOf, card, copyButton, facts, form, input, pre, pretty, select, suggestions, time } from '../parts.js';
import type { ActionResult, Form, Section, SectionCall } from '../section.js';

export const tokens: Section = {
  path: 'tokens',
  title: 'Tokens',
  show: showForms,
  actions: {
    session: { done: 'A new token.', run: ({ state }, sent) => ({ page: minted(state, sessionToken(state, sent)) }) },
    m2m: minting('m2m', (sent) => ({
      machineId: sent.text('machine_id'),
      scopes: listIn(sent, 'scopes'),
      format: sent.text('format'),
    })),
    oauth: minting('oauth', (sent) => ({
      userId: sent.text('user_id'),
      clientId: sent.text('client_id'),
      scopes: listIn(sent, 'scopes'),
      format: sent.text('format'),
    })),
  },
};

/** Of a template, if one is named; else the session's own. Users and organizations that do not exist are made, as by the command. */
function sessionToken(state: InstanceState, sent: Form): string {
  const expiresInSeconds = numberIn(sent, 'seconds', 'Good for, in seconds');
  const { token, session } = issueSession(
    state,
    filled({ userId: sent.text('user_id'), orgId: sent.text('org_id'), role: sent.text('role'), expiresInSeconds }),
  );
  const name = sent.text('template');
  if (name === '') return token;
  const template = state.table('jwt_templates').by('name', name)[0];
  if (template === undefined) throw notFound('JWT template', name);
  return mintTemplateToken(state, session, template, { expiresInSeconds });
}

function minting(kind: string, read: (sent: Form) => Fields) {
  return {
    done: 'A new token.',
    run: ({ state }: SectionCall, sent: Form): ActionResult => ({
      page: minted(state, String(mintOf(kind)?.(state, filled(read(sent)))['token'])),
    }),
  };
}

function showForms({ state, request }: SectionCall): Markup {
  const templates = state
    .table('jwt_templates')
    .rows()
    .map(({ name }) => [name, name] as const);
  const formats = [
    ['opaque', 'opaque'],
    ['jwt', 'JWT'],
  ] as const;
  const users = state.table('users').rows();
  const userId = request.query.get('user_id') ?? users[0]?.id ?? '';
  return html`${card(
    'Session token',
    form('tokens/session', 'Mint session token', [
      input('User', 'user_id', { list: 'users', value: userId, hint: 'a new one' }),
      input('Organization', 'org_id', { list: 'organizations', hint: 'none' }),
      input('Role', 'role', { list: 'roles', hint: 'as the membership' }),
      select('Template', 'template', [['', 'none: the session’s own token'], ...templates]),
      input('Good for, in seconds', 'seconds', { hint: '60' }),
    ]),
  )}
  ${card(
    'Machine token (M2M)',
    form('tokens/m2m', 'Mint machine token', [
      input('Machine', 'machine_id', { list: 'machines', hint: 'a new one' }),
      input('Machines that accept it', 'scopes', { list: 'machines', hint: 'mch_…' }),
      select('Format', 'format', formats),
    ]),
  )}
  ${card(
    'OAuth access token',
    form('tokens/oauth', 'Mint access token', [
      input('User', 'user_id', { list: 'users', value: userId, required: true }),
      input('Client', 'client_id', { hint: 'a made-up one' }),
      input('Scopes', 'scopes', { hint: 'profile email' }),
      select('Format', 'format', formats),
    ]),
  )}
  ${suggestions(
    'users',
    users.map(({ id }) => id),
  )}
  ${suggestions(
    'organizations',
    state
      .table('organizations')
      .rows()
      .map(({ id }) => id),
  )}
  ${suggestions(
    'roles',
    state
      .table('organization_roles')
      .rows()
      .map(({ key }) => key),
  )}
  ${suggestions(
    'machines',
    state
      .table('machines')
      .rows()
      .map(({ id }) => id),
  )}`;
}

function minted(state: InstanceState, token: string): Markup {
  const parts = decoded(token);
  const curl = `curl -i http://localhost:3000/ -H "Authorization: Bearer ${token}"`;
  return html`${card(
      'Token',
      html`<div id="token">${pre(token)}</div>
        <div class="row">${copyButton(token)}</div>

        <details>
          <summary>As a request</summary>
          ${pre(curl)}
        </details>`,
    )}
    ${
      parts === null
        ? card('Decoded', html`<p>An opaque token: the Backend API is asked for its meaning.</p>`)
        : card(
            'Decoded',
            html`${facts([
                ['Issued', time(Number(parts.payload['iat']) * 1000)],
                ['Expires', time(Number(parts.payload['exp']) * 1000)],
                ['Now', time(state.now())],
              ])}

              <h2>Header</h2>
              ${pretty(parts.header)}

              <h2>Payload</h2>
              ${pretty(parts.payload)}`,
          )
    }
    <p><a href="${addressOf('tokens')}">Mint another one</a></p>`;
}

/** Null for what is no JWT. */
function decoded(token: string): { readonly header: Fields; readonly payload: Fields } | null {
  const [header, payload, signature] = token.split('.');
  if (header === undefined || payload === undefined || signature === undefined) return null;
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Fields;
  return { header: read(header), payload: read(payload) };
}
