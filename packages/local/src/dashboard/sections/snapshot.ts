/** The whole state as a file, and back. */
import { html } from '../../frontend-api/pages/html.js';
import type { LocalResponse } from '../../http/messages.js';
import { isOwn } from '../admission.js';
import { card, dangerous, note } from '../parts.js';
import type { Section, SectionCall } from '../section.js';

const FILE = 'bailiff-snapshot.json';

export const snapshot: Section = {
  path: 'snapshot',
  title: 'Snapshot',
  show: () =>
    html`${card(
      'Take it along',
      html`<p><a href="/dashboard/snapshot/${FILE}" download="${FILE}">Download the snapshot</a></p>
        ${note('All rows, the clock and the keys of the instance, private ones included. The command takes it as well: npx bailiff local --snapshot ' + FILE)}`,
    )}
    ${card(
      'Restore',
      html`<form method="post" action="/dashboard/snapshot/restore" enctype="multipart/form-data">
          <div class="fields">
            <label>Snapshot <input type="file" name="snapshot" accept="application/json,.json" required /></label>
            <button class="main">Restore</button>
          </div>
        </form>
        ${note('The instance becomes what the file says, keys included; its address stays.')}`,
    )}
    ${card(
      'Begin again',
      dangerous(
        'snapshot/reset',
        'Reset',
        {},
        'Back to the start, or to the snapshot that was restored last. Faults are off, and the lists of requests and deliveries are empty.',
      ),
    )}`,
  showOne: (call, id) => (id === FILE && isOwn(call.request) ? download(call) : null),
  actions: {
    restore: {
      done: 'The instance is what the snapshot says.',
      run: ({ instance }, { file }) => {
        const uploaded = file('snapshot');
        if (uploaded === undefined || uploaded.bytes.length === 0) throw new TypeError('Choose a file first.');
        instance.import(new TextDecoder().decode(uploaded.bytes));
        return undefined;
      },
    },
    reset: {
      done: 'The instance is as it was at the start.',
      run: ({ instance }) => {
        instance.reset();
        return undefined;
      },
    },
  },
};

const download = ({ instance }: SectionCall): LocalResponse => ({
  status: 200,
  headers: [
    ['Content-Type', 'application/json'],
    ['Content-Disposition', `attachment; filename="${FILE}"`],
    ['Cache-Control', 'no-store'],
    ['Cross-Origin-Resource-Policy', 'same-origin'],
    ['X-Content-Type-Options', 'nosniff'],
  ],
  body: JSON.stringify(instance.export()),
});
