/** Organizations and their members. */
import { roleName } from '../../frontend-api/pages/avatar.js';
import { html, type Markup } from '../../frontend-api/pages/html.js';
import { addMember, removeMember } from '../../model/organizations/memberships.js';
import { membershipOf, organizations as resource } from '../../model/organizations/organization-records.js';
import { createOrganization } from '../../model/organizations/organizations.js';
import { notFound } from '../../model/records/refusals.js';
import { find, list, remove, shown } from '../../model/records/resource.js';
import { textOr } from '../../model/users/names.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { OrganizationRow } from '../../state/rows.js';
import { filled } from '../form.js';
import { pageLinks, pageOf, PAGE_SIZE } from '../pagination.js';
import {
  addressOf,
  button,
  card,
  dangerous,
  form,
  input,
  live,
  organizationLink,
  pretty,
  select,
  suggestions,
  tableOr,
  time,
  userLink,
} from '../parts.js';
import type { Section, SectionCall } from '../section.js';

export const organizations: Section = {
  path: 'organizations',
  title: 'Organizations',
  show: showOrganizations,
  showOne({ state }, id) {
    const organization = state.table('organizations').get(id);
    return organization === undefined
      ? null
      : { title: textOr(organization.name, id), body: oneOrganization(state, organization) };
  },
  actions: {
    create: {
      done: 'The organization is here.',
      run: ({ state }, { text }) => {
        const { id } = createOrganization(state, { name: text('name'), ...filled({ created_by: text('created_by') }) });
        return { to: addressOf('organizations', id) };
      },
    },
    delete: {
      done: 'The organization is deleted, with its memberships.',
      run: ({ state }, { text }) => {
        remove(state, resource, find(state, resource, text('organization_id')));
        return undefined;
      },
    },
    'add-member': {
      done: 'The user is a member.',
      run: ({ state }, { text }) => {
        const organization = find(state, resource, text('organization_id'));
        addMember(state, organization, text('user_id'), text('role'));
        return { to: addressOf('organizations', organization.id) };
      },
    },
    'remove-member': {
      done: 'The user is no longer a member.',
      run: ({ state }, { text }) => {
        const membership = membershipOf(state, text('organization_id'), text('user_id'));
        if (membership === undefined) throw notFound('organization membership', text('user_id'));
        removeMember(state, membership);
        return { to: addressOf('organizations', text('organization_id')) };
      },
    },
  },
};

function showOrganizations({ state, request }: SectionCall): Markup {
  const page = pageOf(request.query);
  const found = list(state, resource, { limit: PAGE_SIZE, offset: page * PAGE_SIZE });
  const rows = (found.data as readonly { readonly id: string }[]).flatMap(
    ({ id }) => state.table('organizations').get(id) ?? [],
  );
  const cells = rows.map((row) => [
    organizationLink(row),
    row.slug,
    state.table('organization_memberships').by('organization_id', row.id).length,
    time(row.created_at),
  ]);
  const heads = ['Organization', 'Slug', 'Members', 'Created'];
  return html`<section class="card">
      ${live(
        'organizations',
        html`${tableOr('There are no organizations yet.', 'Organizations', heads, cells)}
        ${pageLinks('/dashboard/organizations', '', page, found.total_count)}`,
      )}
    </section>
    ${card(
      'New organization',
      html`${form('organizations/create', 'Create organization', [
        input('Name', 'name', { required: true }),
        input('Created by', 'created_by', { hint: 'nobody', list: 'users' }),
      ])}
      ${userSuggestions(state)}`,
    )}`;
}

function oneOrganization(state: InstanceState, organization: OrganizationRow): Markup {
  const id = { organization_id: organization.id };
  const members = state.table('organization_memberships').by('organization_id', organization.id);
  const rows = members
    .slice(0, 200)
    .map((membership) => [
      userLink(state, membership.user_id),
      roleName(textOr(membership.role, 'none')),
      time(membership.created_at),
      button('organizations/remove-member', 'Remove', { ...id, user_id: membership.user_id }),
    ]);
  const roles = state
    .table('organization_roles')
    .rows()
    .map(({ key, name }) => [key, name] as const);
  return html`${card(
      `Members (${String(members.length)})`,
      html`${live('members', tableOr('There are no members.', 'Members', ['User', 'Role', 'Since', 'Action'], rows))}
      ${form(
        'organizations/add-member',
        'Add member',
        [
          input('User', 'user_id', { list: 'users', hint: 'user_…', required: true }),
          select('Role', 'role', [...roles].reverse()),
        ],
        id,
      )}
      ${userSuggestions(state)}`,
    )}
    ${card('As the Backend API shows it', live('json', pretty(shown(state, resource, organization))))}
    <section class="card">
      ${dangerous('organizations/delete', 'Delete', id, 'Memberships, invitations and domains go as well.')}
    </section>`;
}

const userSuggestions = (state: InstanceState): Markup =>
  suggestions(
    'users',
    state
      .table('users')
      .rows()
      .map(({ id }) => id),
  );
