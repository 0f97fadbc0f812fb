/** The dashboard: the page of the instance for developers. Sections show, and their actions call what programs and the Backend API call. */
import { html } from '../frontend-api/pages/html.js';
import { lookUp } from '../ground/look-up.js';
import { messageOf } from '../ground/message-of.js';
import type { LocalRequest, LocalResponse } from '../http/messages.js';
import { redirect } from '../http/responses.js';
import { ApiError } from '../model/records/api-error.js';
import { refusalOf } from './admission.js';
import type { Controls } from './controls.js';
import { readSentForm } from './form.js';
import { page, versionOf } from './layout.js';
import { addressOf } from './parts.js';
import type { Action, Section, SectionCall } from './section.js';
import { SECTIONS } from './sections.js';

/** Answers a request to the root, or to a path below `/dashboard`. */
export async function answerDashboard(controls: Controls, request: LocalRequest): Promise<LocalResponse> {
  const refusal = refusalOf(controls.state, request);
  if (refusal !== null) return refusal;
  const call: SectionCall = { ...controls, request };
  const [path = '', id] = segmentsOf(request.path);
  const section = SECTIONS.find((one) => one.path === path);
  if (section === undefined) return missing(call);
  if (request.method === 'POST') return act(call, section, id ?? '');
  return id === undefined ? show(call, section) : showOne(call, section, id);
}

/** What follows `/dashboard`, decoded; what cannot be decoded names nothing. */
function segmentsOf(path: string): string[] {
  try {
    return path
      .replace(/^\/(dashboard\/?)?/, '')
      .split('/')
      .map(decodeURIComponent);
  } catch {
    return ['-'];
  }
}

function show(call: SectionCall, section: Section): LocalResponse {
  return shown(call, section, { title: section.title, body: section.show(call) });
}

function showOne(call: SectionCall, section: Section, id: string): LocalResponse {
  const found = section.showOne?.(call, id) ?? null;
  if (found === null) return missing(call, section);
  if ('status' in found) return found;
  return shown(call, section, found);
}

type Shown = Pick<Parameters<typeof page>[0], 'title' | 'body'>;

function shown(call: SectionCall, section: Section, { title, body }: Shown): LocalResponse {
  // The script of a page that is open: nothing is newer than what it has.
  if (call.request.headers['x-dashboard-version'] === versionOf(body))
    return { status: 204, headers: [['Cache-Control', 'no-store']], body: '' };
  const done = lookUp(section.actions ?? {}, call.request.query.get('done') ?? '')?.done;
  const notice = done === undefined ? undefined : ({ text: done, kind: 'good' } as const);
  return page({ ...frameOf(call, section), title, body, notice, isLive: true });
}

async function act(call: SectionCall, section: Section, name: string): Promise<LocalResponse> {
  const action: Action | undefined = lookUp(section.actions ?? {}, name);
  if (action === undefined) return missing(call, section);
  try {
    const result = await action.run(call, await readSentForm(call.request));
    if (result !== undefined && 'page' in result) {
      const notice = { text: action.done, kind: 'good' } as const;
      return page({ ...frameOf(call, section), title: section.title, body: result.page, notice, isLive: false });
    }
    const to = result?.to ?? addressOf(section.path);
    return redirect(`${to}?${new URLSearchParams({ done: name }).toString()}`);
  } catch (error) {
    const status = error instanceof ApiError ? error.status : 422;
    const text = error instanceof ApiError ? error.longMessage : messageOf(error);
    const body = section.show(call);
    const notice = { text, kind: 'bad' } as const;
    return page({ ...frameOf(call, section), title: section.title, body, status, notice, isLive: false });
  }
}

function missing(call: SectionCall, section?: Section): LocalResponse {
  const body = html`<p><a href="${section === undefined ? '/' : addressOf(section.path)}">Go on from here</a></p>`;
  return page({ ...frameOf(call, section), title: 'Nothing is here', body, status: 404, isLive: false });
}

const frameOf = ({ state }: SectionCall, current: Section | undefined) => ({
  sections: SECTIONS,
  current,
  lead: `${state.apiUrl}, a ${state.instanceType} instance that lives on this machine.`,
});
