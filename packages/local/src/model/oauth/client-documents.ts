/**
 * Clients known by a metadata document (draft-ietf-oauth-client-id-metadata-document): the URL of the document is the id. Nobody registers them;
 * the document is fetched at each authorization request, and what it says is recorded as an application.
 */
import { fetchDocument, isLoopbackUrl, mayFetch } from '../../http/fetch-document.js';
import { messageOf } from '../../ground/message-of.js';
import { warn } from '../../ground/warn.js';
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { Fields, OAuthApplicationRow } from '../../state/rows.js';
import { settingsOf } from '../instance/settings.js';
import { registerOAuthApplication } from './applications.js';
import { findApplication } from './clients.js';
import { readClientMetadata } from './client-metadata.js';
import { OAuthError } from './oauth-error.js';

const LONGEST = 1024;

/** Whether an id is the URL of a document; other ids have no scheme. */
export const isDocumentUrl = (clientId: string): boolean => /^https?:\/\//i.test(clientId);

/** Fetches the document and records what it says. @throws OAuthError `invalid_client` */
export async function admitDocumentClient(state: InstanceState, clientId: string): Promise<void> {
  const url = readDocumentUrl(clientId);
  const isKnown = () => state.table('oauth_applications').by('client_id', clientId).length > 0;
  const settings = settingsOf(state, 'oauth');
  if (settings.client_id_metadata_documents_only_allow_pre_registered_clients && !isKnown())
    throw unusableDocument('This instance takes only documents of clients that it knows already.');
  const document = await fetchDocument(url).catch((error: unknown) => {
    throw unusableDocument(messageOf(error));
  });
  storeClient(state, clientId, applicationOf(state, document, clientId));
}

/** The URL must be in the one form that is compared: exactly as given, without query, fragment or credentials. */
function readDocumentUrl(clientId: string): URL {
  const url = clientId.length <= LONGEST && URL.canParse(clientId) ? new URL(clientId) : null;
  if (url === null || url.href !== clientId || url.username !== '' || url.password !== '')
    throw unusableDocument('The URL is not in its normal form.');
  if (url.pathname === '/' || url.search !== '' || url.hash !== '' || clientId.endsWith('#'))
    throw unusableDocument('The URL must have a path, and neither a query nor a fragment.');
  if (!mayFetch(url)) throw unusableDocument('The URL must be https, or http on loopback.');
  return url;
}

/** @throws OAuthError `invalid_client` */
function applicationOf(state: InstanceState, document: Fields, clientId: string): Draft<OAuthApplicationRow> {
  if (document['client_id'] !== clientId) throw unusableDocument('The client_id in it is another one.');
  if ('client_secret' in document) throw unusableDocument('A public document holds no secret.');
  try {
    // Without a secret there is no other method than none.
    const metadata = readClientMetadata(state, { token_endpoint_auth_method: 'none', ...document });
    if (!metadata.isPublic) throw unusableDocument('Its token_endpoint_auth_method must be none.');
    return { ...metadata.application, name: metadata.application.name ?? new URL(clientId).host };
  } catch (error) {
    throw error instanceof OAuthError ? unusableDocument(error.message) : error;
  }
}

function storeClient(state: InstanceState, clientId: string, fields: Draft<OAuthApplicationRow>): void {
  const table = state.table('oauth_applications');
  const row = table.by('client_id', clientId)[0];
  if (row !== undefined) {
    table.update(row.id, { ...fields, metadata_document: true, updated_at: state.now() });
    return;
  }
  const document = { metadata_document: true, implicitly_allowed: true, dynamically_registered: false };
  registerOAuthApplication(state, { ...fields, ...document, client_id: clientId });
  if (isLoopbackUrl(new URL(clientId)) && findApplication(state, clientId) !== undefined) warnOfLoopback(clientId);
}

/** Said aloud, because what works here would fail in production. */
function warnOfLoopback(clientId: string): void {
  warn(
    `The OAuth client ${clientId} is on loopback. Only the offline instance takes such a document: Clerk takes https URLs alone.`,
  );
}

const unusableDocument = (why: string): OAuthError =>
  new OAuthError('invalid_client', `The client's metadata document cannot be used. ${why}`);
