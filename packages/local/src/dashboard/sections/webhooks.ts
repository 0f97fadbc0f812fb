/** Webhooks: who is told, what became of each delivery, and sending it again. */
import { html, type Markup } from '../../frontend-api/pages/html.js';
import { notFound } from '../../model/records/refusals.js';
import { listIn } from '../form.js';
import { addressOf, button, card, form, input, live, note, pre, tableOr, tag, time } from '../parts.js';
import type { Section, SectionCall } from '../section.js';

const SHOWN = 100;

type Delivery = SectionCall['instance']['webhooks']['deliveries'][number];

export const webhooks: Section = {
  path: 'webhooks',
  title: 'Webhooks',
  show: ({ instance }) =>
    html`${card('Endpoints', html`${live('endpoints', endpoints(instance.webhooks))}${newEndpoint}`)}
    ${card(
      'Deliveries',
      live('deliveries', deliveryTable([...instance.webhooks.deliveries].reverse().slice(0, SHOWN))),
    )}`,
  showOne({ instance }, id) {
    const found = instance.webhooks.deliveries.filter(({ messageId }) => messageId === id);
    return found[0] === undefined ? null : { title: found[0].type, body: oneMessage(id, found, found[0].body) };
  },
  actions: {
    add: {
      done: 'The endpoint gets all events from now on that it wants.',
      run: ({ instance }, sent) => {
        const events = listIn(sent, 'events');
        instance.webhooks.add(urlOf(sent.text('url')), events === undefined ? {} : { events });
        return undefined;
      },
    },
    remove: {
      done: 'The endpoint gets nothing any more.',
      run: ({ instance }, { text }) => {
        if (!instance.webhooks.remove(text('id'))) throw notFound('webhook endpoint', text('id'));
        return undefined;
      },
    },
    replay: {
      done: 'It is sent again; the answer stands here as soon as it comes.',
      run: ({ instance }, { text }) => {
        const id = text('message_id');
        if (!instance.webhooks.deliveries.some(({ messageId }) => messageId === id))
          throw notFound('webhook message', id);
        // An endpoint may take long: nobody waits for it here.
        void instance.webhooks.replay(id);
        return { to: addressOf('webhooks', id) };
      },
    },
  },
};

function urlOf(text: string): string {
  if (!URL.canParse(text)) throw new TypeError('An endpoint is a URL: http://127.0.0.1:3000/webhooks');
  return text;
}

function endpoints({ endpoints: all }: SectionCall['instance']['webhooks']): Markup {
  const rows = all.map(({ id, url, events }) => [
    html`<code>${url}</code>`,
    events === null ? 'all' : events.join(' '),
    button('webhooks/remove', 'Remove', { id }),
  ]);
  return tableOr('Nobody is told of events.', 'Endpoints', ['URL', 'Events', 'Action'], rows);
}

const newEndpoint = form('webhooks/add', 'Add endpoint', [
  input('URL', 'url', { hint: 'http://127.0.0.1:3000/webhooks', required: true }),
  input('Events', 'events', { hint: 'all, or user.* session.created' }),
]);

function deliveryTable(deliveries: readonly Delivery[]): Markup {
  const rows = deliveries.map((delivery) => [
    html`<a href="${addressOf('webhooks', delivery.messageId)}">${delivery.type}</a><small>${delivery.url}</small>`,
    statusOf(delivery),
    attemptOf(delivery),
    delivery.nextAttemptAt === null ? 'none' : time(delivery.nextAttemptAt),
    button('webhooks/replay', 'Replay', { message_id: delivery.messageId }),
  ]);
  return tableOr(
    'Nothing was sent yet.',
    'Deliveries',
    ['Event', 'Status', 'Attempts', 'Next attempt', 'Action'],
    rows,
  );
}

const KINDS = { delivered: 'good', pending: 'warn', failed: 'bad' } as const;

const statusOf = ({ status }: Delivery): Markup => tag(status, KINDS[status]);

function attemptOf({ attempts }: Delivery): string {
  const last = attempts.at(-1);
  const answer =
    last === undefined ? 'under way' : last.status === null ? 'no answer' : `answer ${String(last.status)}`;
  return `${String(attempts.length)}, ${answer}`;
}

function oneMessage(id: string, deliveries: readonly Delivery[], body: string): Markup {
  const attempts = deliveries.flatMap(({ url, attempts: all }) =>
    all.map(({ at, status }, index) => [url, index + 1, time(at), status === null ? 'no answer' : status]),
  );
  return html`${card(
    'Deliveries',
    html`${live('deliveries', deliveryTable(deliveries))} ${note(html`<code>${id}</code>`)}`,
  )}
  ${card('Attempts', live('attempts', tableOr('None yet.', 'Attempts', ['URL', 'Attempt', 'At', 'Answer'], attempts)))}
  ${card('Payload', pre(JSON.stringify(JSON.parse(body), null, 2)))}`;
}
