/** Redirect URLs of native applications. */
import { defineResource } from '../records/resource.js';

export const redirectUrls = defineResource('redirect_urls', {
  object: 'redirect_url',
  idPrefix: 'ru',
  component: 'RedirectURL',
  unique: ['url'],
});
