/** Users: who they are, what belongs to them, and what can be done to them. */
import { avatar, labelOf, roleName } from '../../frontend-api/pages/avatar.js';
import { html, type Markup } from '../../frontend-api/pages/html.js';
import { find, list, remove, shown } from '../../model/records/resource.js';
import { maySignIn, restrictUsers, type RestrictionName } from '../../model/users/bans-and-locks.js';
import { textsOf } from '../../model/users/person.js';
import { users as resource } from '../../model/users/user-records.js';
import { createUser } from '../../model/users/users.js';
import { textOr } from '../../model/users/names.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { UserRow } from '../../state/rows.js';
import { filled } from '../form.js';
import { pageLinks, pageOf, PAGE_SIZE } from '../pagination.js';
import {
  addressOf,
  button,
  card,
  dangerous,
  facts,
  form,
  input,
  live,
  organizationLink,
  pretty,
  tableOr,
  tag,
  time,
  userLink,
} from '../parts.js';
import type { Action, Section, SectionCall } from '../section.js';
import { sessionRows, SESSION_HEADS } from './sessions.js';

export const users: Section = {
  path: 'users',
  title: 'Users',
  show: showUsers,
  showOne({ state }, id) {
    const user = state.table('users').get(id);
    return user === undefined ? null : { title: labelOf(state, user).title, body: oneUser(state, user) };
  },
  actions: {
    create: {
      done: 'The user is here.',
      run: ({ state }, { text }) => {
        const wanted = filled({
          first_name: text('first_name'),
          last_name: text('last_name'),
          password: text('password'),
        });
        const email = text('email_address');
        const user = createUser(state, { ...wanted, ...(email === '' ? {} : { email_address: [email] }) });
        return { to: addressOf('users', user.id) };
      },
    },
    ban: restriction('ban', 'The user is banned, and the sessions are revoked.'),
    unban: restriction('unban', 'The user is no longer banned.'),
    lock: restriction('lock', 'The user is locked for an hour, and the sessions are revoked.'),
    unlock: restriction('unlock', 'The user is no longer locked.'),
    delete: {
      done: 'The user is deleted, with all that belonged to it.',
      run: ({ state }, { text }) => {
        remove(state, resource, find(state, resource, text('user_id')));
        return undefined;
      },
    },
  },
};

function restriction(name: RestrictionName, done: string): Action {
  return {
    done,
    run: ({ state }, { text }) => {
      restrictUsers(state, name, [text('user_id')]);
      return { to: addressOf('users', text('user_id')) };
    },
  };
}

function showUsers({ state, request }: SectionCall): Markup {
  const search = request.query.get('q')?.trim() ?? '';
  const page = pageOf(request.query);
  const found = list(state, resource, { query: search, limit: PAGE_SIZE, offset: page * PAGE_SIZE });
  const rows = (found.data as readonly { readonly id: string }[]).flatMap(
    ({ id }) => state.table('users').get(id) ?? [],
  );
  const heads = ['User', 'State', 'Organizations', 'Last sign-in', 'Created'];
  const cells = rows.map((user) => [
    userLink(state, user.id),
    stateOf(state, user),
    state.table('organization_memberships').by('user_id', user.id).length,
    time(user.last_sign_in_at),
    time(user.created_at),
  ]);
  return html`<section class="card">
      <form method="get" action="/dashboard/users" class="row">
        <label>Search by name, address or id <input type="search" name="q" value="${search}" /></label>
        <button>Search</button>
      </form>
      ${live(
        'users',
        html`${tableOr(search === '' ? 'There are no users yet.' : 'Nobody matches.', 'Users', heads, cells)}
        ${pageLinks('/dashboard/users', search, page, found.total_count)}`,
      )}
    </section>
    ${card(
      'New user',
      form('users/create', 'Create user', [
        input('Email address', 'email_address', { type: 'email', hint: 'ada@example.com' }),
        input('First name', 'first_name'),
        input('Last name', 'last_name'),
        input('Password', 'password', { hint: 'none' }),
      ]),
    )}`;
}

const stateOf = (state: InstanceState, user: UserRow): Markup =>
  maySignIn(state, user) ? tag('can sign in', 'good') : tag(user.banned === true ? 'banned' : 'locked', 'bad');

function oneUser(state: InstanceState, user: UserRow): Markup {
  const memberships = state.table('organization_memberships').by('user_id', user.id);
  const id = { user_id: user.id };
  const { title } = labelOf(state, user);
  const membershipRows = memberships.flatMap((membership) => {
    const organization = state.table('organizations').get(membership.organization_id);
    return organization === undefined
      ? []
      : [[organizationLink(organization), roleName(textOr(membership.role, 'none'))]];
  });
  const sessions = [...state.table('sessions').by('user_id', user.id)].reverse().slice(0, PAGE_SIZE);
  const isLocked = (user.locked_until ?? 0) > state.now();
  return html`<section class="card">
      ${live(
        'user',
        html`<div class="person">
            ${avatar(title, user.id)}<span><code>${user.id}</code></span> ${stateOf(state, user)}
          </div>

          ${facts([
            ['Email', textsOf(state, user, 'email_address').join(', ') || 'none'],
            ['Phone', textsOf(state, user, 'phone_number').join(', ') || 'none'],
            ['Username', user.username ?? 'none'],
            ['Password', typeof user.password_digest === 'string' ? 'set' : 'none'],
            ['Last sign-in', time(user.last_sign_in_at)],
            ['Created', time(user.created_at)],
          ])}`,
      )}
    </section>
    <section class="card">
      <h2>Actions</h2>
      <div class="row">
        <form method="post" action="/sign-in">
          <button class="main" name="user_id" value="${user.id}">Sign in as this user</button>
        </form>
        ${user.banned === true ? button('users/unban', 'Unban', id) : button('users/ban', 'Ban', id)}
        ${isLocked ? button('users/unlock', 'Unlock', id) : button('users/lock', 'Lock', id)}
      </div>
      <p class="note">
        <a href="${addressOf('tokens')}?${new URLSearchParams(id).toString()}">Mint a token for this user</a>
      </p>
      ${dangerous('users/delete', 'Delete', id, 'Sessions, memberships and keys of the user go as well.')}
    </section>
    ${card(
      'Organizations',
      live('memberships', tableOr('In no organization.', 'Organizations', ['Organization', 'Role'], membershipRows)),
    )}
    ${card(
      'Sessions',
      live('sessions', tableOr('No sessions.', 'Sessions', SESSION_HEADS, sessionRows(state, sessions))),
    )}
    ${card('As the Backend API shows it', live('json', pretty(shown(state, resource, user))))}`;
}
