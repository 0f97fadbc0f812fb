/** Redirect URLs of native applications. */
import type { RedirectUrlsCreateParams } from '../../../../../../src/api/generated/types.js';
import { redirectUrls } from '../../../model/instance/redirect-urls.js';
import { readUrl } from '../../../model/records/text-formats.js';
import { createOf, deleteOf, getOf, listOf } from '../../engine/crud-handlers.js';
import type { Handlers } from '../../engine/operation.js';

export const redirectUrlHandlers: Handlers = {
  ListRedirectURLs: listOf(redirectUrls),
  CreateRedirectURL: createOf(redirectUrls, (body: Partial<RedirectUrlsCreateParams>) => ({
    url: readUrl(body.url, 'url'),
  })),
  GetRedirectURL: getOf(redirectUrls),
  DeleteRedirectURL: deleteOf(redirectUrls),
};
