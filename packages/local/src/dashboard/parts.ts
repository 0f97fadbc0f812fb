/** Small pieces that several sections show. */
import { avatar, labelOf } from '../frontend-api/pages/avatar.js';
import { html, Markup, type Value } from '../frontend-api/pages/html.js';
import { textOr } from '../model/users/names.js';
import type { InstanceState } from '../state/instance-state.js';
import type { OrganizationRow } from '../state/rows.js';

/** The address of a section, or of one thing in it. Half of a surrogate pair has no form in a URL. */
export const addressOf = (section: string, id?: string): string =>
  `/dashboard/${section}${id === undefined ? '' : `/${encodeURIComponent(id.replaceAll(/[\ud800-\udfff]/gu, '\ufffd'))}`}`;

/** A part that follows the instance while somebody looks. */
export const live = (name: string, body: Markup): Markup => html`<div data-live="${name}">${body}</div>`;

export const card = (title: string, body: Markup): Markup =>
  html`<section class="card">
    <h2>${title}</h2>
    ${body}
  </section>`;

/** On a small screen, each cell stands under its heading; the roles keep it a table for those who hear it. */
export function table(caption: string, heads: readonly string[], rows: readonly (readonly Value[])[]): Markup {
  const body = rows.map(
    (cells) =>
      html`<tr role="row">
        ${cells.map((cell, at) => html`<td role="cell" data-label="${heads[at] ?? ''}"><div>${cell}</div></td>`)}
      </tr>`,
  );
  return html`<table role="table">
    <caption>
      ${caption}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${heads.map((head) => html`<th role="columnheader" scope="col">${head}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${body}
    </tbody>
  </table>`;
}

/** A table, or a sentence where it would be empty. */
export const tableOr = (otherwise: string, ...[caption, heads, rows]: Parameters<typeof table>): Markup =>
  rows.length === 0 ? note(otherwise) : table(caption, heads, rows);

export const note = (text: Value): Markup => html`<p class="note">${text}</p>`;

export const facts = (pairs: readonly (readonly [string, Value])[]): Markup =>
  html`<dl>
    ${pairs.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;

export type Kind = 'good' | 'warn' | 'bad' | 'plain';

export const tag = (text: string, kind: Kind = 'plain'): Markup => html`<span class="tag ${kind}">${text}</span>`;

/** UTC, as the instance's clock has it. */
export function time(at: number | null | undefined): Markup | string {
  if (typeof at !== 'number') return 'never';
  const iso = isoOf(at);
  return iso === null ? String(at) : html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')}</time>`;
}

/** Null for a time that no calendar has. */
export function isoOf(at: number): string | null {
  const date = new Date(at);
  return Number.isFinite(date.getTime()) ? date.toISOString() : null;
}

export const copyButton = (text: string): Markup =>
  html`<button type="button" class="copy small" data-copy="${text}">Copy</button>`;

/** Prettier would indent what stands in it. */
export const pre = (text: string): Markup => new Markup(html`<pre tabindex="0">${text}</pre>`.text);

export const pretty = (value: unknown): Markup => pre(JSON.stringify(value, null, 2));

/** A form of one button. */
export function button(
  action: string,
  label: string,
  fields: Readonly<Record<string, string>> = {},
  kind: '' | 'main' | 'danger' = '',
): Markup {
  return html`<form method="post" action="/dashboard/${action}">
    ${hidden(fields)}<button class="${kind}">${label}</button>
  </form>`;
}

/** A button that asks again, without a script. */
export const dangerous = (
  action: string,
  label: string,
  fields: Readonly<Record<string, string>>,
  warning: string,
): Markup =>
  html`<details>
    <summary>${label} …</summary>
    ${note(warning)}
    <div class="row">${button(action, label, fields, 'danger')}</div>
  </details>`;

const hidden = (fields: Readonly<Record<string, string>>): readonly Markup[] =>
  Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`);

/** A form with fields. */
export const form = (
  action: string,
  label: string,
  fields: readonly Markup[],
  kept: Readonly<Record<string, string>> = {},
): Markup =>
  html`<form method="post" action="/dashboard/${action}">
    ${hidden(kept)}
    <div class="fields">${fields}<button class="main">${label}</button></div>
  </form>`;

export function input(
  label: string,
  name: string,
  {
    hint = '',
    value = '',
    type = 'text',
    list = '',
    required = false,
  }: { hint?: string; value?: string; type?: string; list?: string; required?: boolean } = {},
): Markup {
  return html`<label
    >${label}
    <input
      name="${name}"
      type="${type}"
      value="${value}"
      placeholder="${hint}"
      autocomplete="off"
      spellcheck="false"
      ${list === '' ? null : html`list="${list}"`}
      ${required ? html`required` : null}
  /></label>`;
}

export const select = (label: string, name: string, options: readonly (readonly [string, string])[]): Markup =>
  html`<label
    >${label}
    <select name="${name}">
      ${options.map(([value, text]) => html`<option value="${value}">${text}</option>`)}
    </select></label
  >`;

const SUGGESTED = 200;

/** What fields with this list suggest. */
export const suggestions = (id: string, values: readonly string[]): Markup =>
  html`<datalist id="${id}">
    ${values.slice(0, SUGGESTED).map((value) => html`<option value="${value}"></option>`)}
  </datalist>`;

/** A user by name, with a link; an id that nobody has stays an id. */
export function userLink(state: InstanceState, userId: string): Markup {
  const user = state.table('users').get(userId);
  if (user === undefined) return html`<code>${userId}</code>`;
  const { title, detail } = labelOf(state, user);
  return html`<div class="person">
    ${avatar(title, user.id)}<span><a href="${addressOf('users', user.id)}">${title}</a><small>${detail}</small></span>
  </div>`;
}

export function organizationLink(organization: OrganizationRow): Markup {
  const name = textOr(organization.name, organization.id);
  return html`<div class="person">
    ${avatar(name, organization.id, true)}<span
      ><a href="${addressOf('organizations', organization.id)}">${name}</a><small>${organization.id}</small></span
    >
  </div>`;
}
