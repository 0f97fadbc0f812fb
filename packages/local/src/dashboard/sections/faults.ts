/** Faults to switch on and off: what an application does when Clerk is slow, refuses or is away. */
import { html, type Markup } from '../../frontend-api/pages/html.js';
import { lookUp } from '../../ground/look-up.js';
import { notFound } from '../../model/records/refusals.js';
import type { Fault, ListedFault } from '../../server/faults.js';
import { filled, numberIn } from '../form.js';
import { button, card, form, input, live, select, suggestions, tableOr } from '../parts.js';
import type { Form, Section } from '../section.js';

/** One click each. */
const PRESETS: Readonly<Record<string, { readonly label: string; readonly fault: Fault }>> = {
  outage: { label: 'Outage: everything answers 503', fault: { operation: '*', status: 503 } },
  'rate-limit': {
    label: 'Rate limit: everything answers 429',
    fault: { operation: '*', status: 429, retryAfterSeconds: 5 },
  },
  slow: { label: 'Slow: answers come after 3 seconds', fault: { operation: '*', delayMs: 3000 } },
  reset: { label: 'Broken connections', fault: { operation: '*', reset: true } },
  keys: { label: 'No keys: GetJWKS answers 503', fault: { operation: 'GetJWKS', status: 503 } },
};

/** What becomes of a request, by the field `effect`. */
const EFFECTS: Readonly<Record<string, { readonly label: string; readonly of: (sent: Form) => Fault }>> = {
  error: {
    label: 'an error',
    of: (sent) => ({
      status: statusIn(sent),
      ...filled({ retryAfterSeconds: numberIn(sent, 'retry_after', 'Retry-After') }),
    }),
  },
  late: { label: 'a late answer', of: () => ({}) },
  reset: { label: 'a cut connection', of: () => ({ reset: true }) },
  hang: { label: 'no answer at all', of: () => ({ hang: true }) },
};

export const faults: Section = {
  path: 'faults',
  title: 'Faults',
  show: ({ faults: switched }) =>
    html`${card('Switched on', live('faults', switchedOn(switched.entries)))}
    ${card(
      'Switch on',
      html`<div class="row">
        ${Object.entries(PRESETS).map(([preset, { label }]) => button('faults/preset', label, { preset }))}
      </div>`,
    )}
    ${card('A fault of your own', ownFault)}`,
  actions: {
    preset: {
      done: 'The fault is on.',
      run: ({ instance }, { text }) => {
        const preset = lookUp(PRESETS, text('preset'));
        if (preset === undefined) throw new TypeError('There is no such fault.');
        instance.fail(preset.fault);
        return undefined;
      },
    },
    add: {
      done: 'The fault is on.',
      run: ({ instance }, sent) => {
        const effect = lookUp(EFFECTS, sent.text('effect'));
        if (effect === undefined) throw new TypeError('There is no such fault.');
        const delayMs = numberIn(sent, 'delay', 'Late by') ?? (sent.text('effect') === 'late' ? 3000 : undefined);
        const common = filled({
          operation: sent.text('operation'),
          times: numberIn(sent, 'times', 'How often'),
          delayMs,
        });
        instance.fail({ ...common, ...effect.of(sent) });
        return undefined;
      },
    },
    stop: {
      done: 'The fault is off.',
      run: ({ faults: switched }, { text }) => {
        const found = switched.entries.find(({ number }) => String(number) === text('number'));
        if (found === undefined) throw notFound('fault', text('number'));
        found.stop();
        return undefined;
      },
    },
    clear: {
      done: 'All faults are off.',
      run: ({ faults: switched }) => {
        switched.clear();
        return undefined;
      },
    },
  },
};

function statusIn(sent: Form): number {
  const status = numberIn(sent, 'status', 'Status') ?? 500;
  if (status < 200 || status > 599) throw new TypeError('A status is a number from 200 to 599.');
  return status;
}

function switchedOn(entries: readonly ListedFault[]): Markup {
  const rows = entries.map(({ number, fault, hits }) => [
    html`<code>${fault.operation ?? '*'}</code>`,
    describe(fault),
    fault.times === undefined ? `${String(hits)} so far` : `${String(hits)} of ${String(fault.times)}`,
    button('faults/stop', 'Switch off', { number: String(number) }),
  ]);
  const all = rows.length < 2 ? null : html`${button('faults/clear', 'Switch all off')}`;
  return html`${tableOr('None: all requests get their true answers.', 'Faults', ['Requests', 'Effect', 'Hits', 'Action'], rows)}
  ${all}`;
}

/** In a few words. */
export function describe({
  status,
  body,
  delayMs,
  until,
  reset,
  hang,
  retryAfterSeconds,
  when,
  probability,
}: Fault): string {
  const isTrue = delayMs !== undefined || until !== undefined || reset === true || hang === true;
  const answer = status ?? (body === undefined ? (isTrue ? undefined : 500) : 200);
  return [
    answer === undefined ? '' : `answers ${String(answer)}`,
    delayMs === undefined ? '' : `late by ${String(delayMs)} ms`,
    until === undefined ? '' : 'waits for a test',
    reset === true ? 'cuts the connection' : '',
    hang === true ? 'never ends' : '',
    retryAfterSeconds === undefined ? '' : `Retry-After ${String(retryAfterSeconds)} s`,
    when === undefined ? '' : 'some requests, as a test says',
    probability === undefined ? '' : `${String(probability * 100)} % of requests`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

const ownFault = html`${form('faults/add', 'Switch on', [
  input('Operation or path', 'operation', { list: 'operations', hint: '*, GetUser, GET /users/*' }),
  select(
    'What they get',
    'effect',
    Object.entries(EFFECTS).map(([value, { label }]) => [value, label] as const),
  ),
  input('Status of the error', 'status', { hint: '500' }),
  input('Retry-After, in seconds', 'retry_after', { hint: 'none' }),
  input('Late by, in ms', 'delay', { hint: '0' }),
  input('How often', 'times', { hint: 'until it is switched off' }),
])}
${suggestions('operations', ['*', 'GetJWKS', 'GetUser', 'GetSession', 'RefreshSession', 'CreateSessionToken', '/users/*'])}`;
