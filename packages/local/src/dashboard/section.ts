/** A section of the dashboard: what it shows, and what can be done there. Types only. */
import type { Markup } from '../frontend-api/pages/html.js';
import type { LocalRequest, LocalResponse } from '../http/messages.js';
import type { UploadedFile } from '../http/read-body.js';
import type { Controls } from './controls.js';

export interface SectionCall extends Controls {
  readonly request: LocalRequest;
}

/** What a form brings. */
export interface Form {
  /** Empty text for a field that is not there; without blanks around it. */
  readonly text: (name: string) => string;
  readonly file: (name: string) => UploadedFile | undefined;
}

/** Where the browser goes next (default: the section), or a page that can be shown only now. */
export type ActionResult = { readonly to: string } | { readonly page: Markup } | undefined;

export interface Action {
  /** Said when it is done. */
  readonly done: string;
  /** @throws ApiError, TypeError or Error, whose message is shown above the section */
  readonly run: (call: SectionCall, form: Form) => ActionResult | Promise<ActionResult>;
}

export interface Section {
  /** In its address. Empty: the root. */
  readonly path: string;
  readonly title: string;
  readonly show: (call: SectionCall) => Markup;
  /** One thing of it, by the end of the address; null: there is no such thing. */
  readonly showOne?: (
    call: SectionCall,
    id: string,
  ) => { readonly title: string; readonly body: Markup } | LocalResponse | null;
  readonly actions?: Readonly<Record<string, Action>>;
}
