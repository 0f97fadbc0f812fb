/** E-mails and text messages that were sent to nobody, with the codes and links in them. */
import { html, type Markup } from '../../frontend-api/pages/html.js';
import { sentMessages, type SentMessage } from '../../model/verification/messages.js';
import type { InstanceState } from '../../state/instance-state.js';
import { copyButton, live, note, tag, time } from '../parts.js';
import type { Section } from '../section.js';

const SHOWN = 50;

export const messages: Section = {
  path: 'messages',
  title: 'Messages',
  show: ({ state }) => html`<section class="card">${live('messages', latestMessages(state, SHOWN))}</section>`,
};

export function latestMessages(state: InstanceState, count: number): Markup {
  const latest = sentMessages(state).slice(-count).reverse();
  return latest.length === 0
    ? note('No e-mail and no text message was sent yet. Codes and links appear here as they are sent.')
    : html`<ul class="messages">
        ${latest.map((message) => html`<li>${oneMessage(message)}</li>`)}
      </ul>`;
}

function oneMessage({ channel, to, subject, body, code, link, createdAt }: SentMessage): Markup {
  const head = html`<div>${tag(channel === 'email' ? 'email' : 'text message')} <b>${to}</b> ${time(createdAt)}</div>`;
  const large = code === null ? null : html`<p class="big">${code} ${copyButton(code)}</p>`;
  const text = [...new Set([subject, body])].filter(Boolean).join('\n');
  const own = link === null || text.includes(link) ? null : html`<p>${linked(link)}</p>`;
  return html`${head}${large}
    <p>${linked(text)}</p>
    ${own}`;
}

/** Text, whose http addresses can be followed. Nothing else becomes a link: whoever sends the message chooses it. */
function linked(text: string): readonly Markup[] {
  return text
    .split(/(https?:\/\/[^\s<>"']+)/)
    .map((part, at) =>
      at % 2 === 1 && URL.canParse(part)
        ? html`<a href="${part}" target="_blank" rel="noopener noreferrer">${part}</a>`
        : html`${part}`,
    );
}
