/** The clock of the instance, which a click moves. */
import { html, type Markup } from '../../frontend-api/pages/html.js';
import { button, card, facts, form, input, isoOf, live, tag } from '../parts.js';
import type { ActionResult, Form, Section, SectionCall } from '../section.js';

const STEPS = [
  ['61s', '+ 61 seconds'],
  ['5m', '+ 5 minutes'],
  ['1h', '+ 1 hour'],
  ['1d', '+ 1 day'],
  ['7d', '+ 7 days'],
  ['-1h', '− 1 hour'],
] as const;

export const clock: Section = {
  path: 'clock',
  title: 'Clock',
  show: (call) =>
    html`<section class="card">${live('clock', clockFace(call))}</section>
      ${card(
        'Move it',
        html`<div class="row">${clockSteps()}</div>
          ${form('clock/advance', 'Move', [input('By', 'by', { hint: '90s, 5m, 2h, -1d', required: true })])}`,
      )}
      ${card(
        'Stand still',
        html`<div class="row">${button('clock/freeze', 'Stop the clock')} ${button('clock/resume', 'Let it run')}</div>
          ${form('clock/set', 'Stop at this time', [input('Time', 'at', { hint: '2026-01-01T00:00:00Z', required: true })])}`,
      )}`,
  actions: {
    advance: {
      done: 'The clock is moved: what was due has expired or was sent.',
      run: act(({ clock: own }, by) => own.advance(by), 'by'),
    },
    freeze: { done: 'The clock stands still.', run: act(({ clock: own }) => own.freeze()) },
    resume: { done: 'The clock runs.', run: act(({ clock: own }) => own.resume()) },
    set: { done: 'The clock stands still at this time.', run: act(({ clock: own }, at) => own.freeze(at), 'at') },
  },
};

function act(run: (instance: SectionCall['instance'], value: string) => void, field = '') {
  return (call: SectionCall, { text }: Form): ActionResult => {
    run(call.instance, text(field));
    return text('from') === 'overview' ? { to: '/' } : undefined;
  };
}

/** @param from where the browser goes back to: this section, or the overview */
export const clockSteps = (from = 'clock'): readonly Markup[] =>
  STEPS.map(([by, label]) => button('clock/advance', label, { by, from }));

export function clockFace({ state, clockState }: SectionCall): Markup {
  const { frozenAt, offsetMs } = clockState();
  const now = isoOf(state.now()) ?? String(state.now());
  return html`<p class="big mono">${now.slice(0, 19).replace('T', ' ')}</p>
    ${facts([
      ['State', frozenAt === null ? tag('runs', 'good') : tag('stands still', 'warn')],
      ['Moved by', frozenAt === null ? inWords(offsetMs) : 'it stands still'],
      ['Zone', 'UTC'],
    ])}`;
}

function inWords(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  if (seconds === 0) return 'nothing: it shows the time of this machine';
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  const text = parts.flatMap(([count, unit]) => (count === 0 ? [] : [`${String(count)} ${unit}`])).join(' ');
  return ms < 0 ? `${text} back` : text;
}
