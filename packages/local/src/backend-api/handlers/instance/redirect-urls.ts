/** Redirect URLs of native applications. */
import { readUrl } from '../../../model/records/text-formats.js';
import { createOf, defineResource, deleteOf, getOf, listOf } from '../../../model/records/resource.js';
import type { Handlers } from '../../engine/operation.js';

const redirectUrls = defineResource({
  table: 'redirect_urls',
  object: 'redirect_url',
  idPrefix: 'ru',
  component: 'RedirectURL',
  unique: ['url'],
});

export const redirectUrlHandlers: Handlers = {
  ListRedirectURLs: listOf(redirectUrls),
  CreateRedirectURL: createOf(redirectUrls, (body) => ({ url: readUrl(body['url'], 'url') })),
  GetRedirectURL: getOf(redirectUrls),
  DeleteRedirectURL: deleteOf(redirectUrls),
};
