/** Long lists come in pages. */
import { html, type Markup } from '../frontend-api/pages/html.js';

export const PAGE_SIZE = 50;

/** Counted from 0. */
export function pageOf(query: URLSearchParams): number {
  const text = query.get('page') ?? '';
  return /^\d{1,6}$/.test(text) ? Number(text) : 0;
}

export function pageLinks(address: string, search: string, page: number, total: number): Markup {
  const link = (to: number, text: string): Markup => {
    const query = new URLSearchParams({ ...(search === '' ? {} : { q: search }), page: String(to) }).toString();
    return html`<a href="${address}?${query}">${text}</a>`;
  };
  const before = page > 0 ? link(page - 1, 'Newer') : null;
  const after = (page + 1) * PAGE_SIZE < total ? link(page + 1, 'Older') : null;
  return html`<p class="pages"><span class="note">${total} in all</span> ${before} ${after}</p>`;
}
