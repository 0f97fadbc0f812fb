/** The first page: how much there is of everything, the latest codes and requests, the clock. */
import { html, type Markup } from '../../frontend-api/pages/html.js';
import { isLive } from '../../model/sessions/sessions.js';
import { addressOf, card, live, tag } from '../parts.js';
import type { Section, SectionCall } from '../section.js';
import { clockFace, clockSteps } from './clock.js';
import { environment } from './keys.js';
import { latestMessages } from './messages.js';
import { requestTable } from './requests.js';

export const overview: Section = {
  path: '',
  title: 'Overview',
  show: (call) =>
    html`${live('tiles', tiles(call))}
      <div class="grid">
        ${card(
          'Codes and links',
          html`${live('messages', latestMessages(call.state, 3))}
            <p class="note"><a href="${addressOf('messages')}">All messages</a></p>`,
        )}
        ${card(
          'Clock',
          html`${live('clock', clockFace(call))}
            <div class="row">${clockSteps('overview').slice(0, 4)}</div>`,
        )}
      </div>
      ${card(
        'Requests',
        html`${live('requests', requestTable(call.exchanges.latest(10)))}
          <p class="note"><a href="${addressOf('requests')}">All requests</a></p>`,
      )}
      ${card('Keys for your application', environment(call.instance.env))}`,
};

function tiles({ state, faults, instance }: SectionCall): Markup {
  const failed = instance.webhooks.deliveries.filter(({ status }) => status === 'failed').length;
  const counts: readonly (readonly [string, string, number])[] = [
    ['users', 'users', state.table('users').size],
    ['organizations', 'organizations', state.table('organizations').size],
    [
      'sessions',
      'live sessions',
      state
        .table('sessions')
        .rows()
        .filter((row) => isLive(state, row)).length,
    ],
    ['keys', 'API keys', state.table('api_keys').size],
    ['messages', 'messages', state.table('emails').size + state.table('sms_messages').size],
    ['webhooks', 'failed deliveries', failed],
    ['faults', 'faults on', faults.entries.length],
  ];
  const warning =
    faults.entries.length === 0
      ? null
      : html`<p>${tag('faults are on', 'warn')} Some requests do not get their true answers.</p>`;
  return html`<ul class="tiles">
      ${counts.map(
        ([section, label, count]) =>
          html`<li>
            <a href="${addressOf(section)}"><b>${count}</b><span>${label}</span></a>
          </li>`,
      )}
    </ul>
    ${warning}`;
}
