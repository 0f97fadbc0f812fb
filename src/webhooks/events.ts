/** Types of Clerk's events. The list is open: an event outside of it is delivered too and reaches the `default` of a switch. */
import type {
  Organization,
  OrganizationDomain,
  OrganizationInvitation,
  OrganizationMembership,
  Permission,
  Role,
  Session,
  User,
  WaitlistEntry,
} from '../api/generated/types.js';

/** The fields that every resource in `data` has. */
export interface WebhookResource {
  readonly id: string;
  readonly object: string;
  readonly [field: string]: unknown;
}

/** `data` of a `….deleted` event. */
export interface DeletedResource {
  readonly id: string;
  readonly object: string;
  readonly deleted: true;
  readonly slug?: string;
  readonly external_id?: string | null;
}

/** The actions of each resource, from Clerk's event catalogue. */
interface Catalogue {
  user: 'created' | 'updated' | 'deleted';
  session: 'created' | 'pending' | 'ended' | 'removed' | 'revoked';
  email: 'created';
  sms: 'created';
  organization: 'created' | 'updated' | 'deleted';
  organizationDomain: 'created' | 'updated' | 'deleted';
  organizationMembership: 'created' | 'updated' | 'deleted';
  organizationInvitation: 'created' | 'accepted' | 'revoked';
  role: 'created' | 'updated' | 'deleted';
  permission: 'created' | 'updated' | 'deleted';
  waitlistEntry: 'created' | 'updated';
  paymentAttempt: 'created' | 'updated';
  subscription: 'created' | 'updated' | 'active' | 'pastDue';
  subscriptionItem:
    | 'created'
    | 'updated'
    | 'active'
    | 'canceled'
    | 'upcoming'
    | 'ended'
    | 'abandoned'
    | 'incomplete'
    | 'pastDue'
    | 'freeTrialEnding';
}

/** Every event type that Clerk documents. */
export type WebhookEventType = { [R in keyof Catalogue]: `${R}.${Catalogue[R]}` }[keyof Catalogue];

interface EventOf<Type extends string, Data> {
  /** The `svix-id` header: the same for each delivery of one event. Remember it to handle an event once. */
  readonly id: string;
  readonly type: Type;
  readonly object: 'event';
  readonly data: Data;
  /** When it happened, as sent (milliseconds, by Clerk's documentation). */
  readonly timestamp?: number;
  readonly instance_id?: string;
  readonly event_attributes?: { readonly http_request?: { readonly client_ip?: string; readonly user_agent?: string } };
}

/** Resources that are in `data` as the Backend API shows them. */
interface Resources {
  user: User;
  session: Session;
  organization: Organization;
  organizationDomain: OrganizationDomain;
  organizationMembership: OrganizationMembership;
  organizationInvitation: OrganizationInvitation;
  role: Role;
  permission: Permission;
  waitlistEntry: WaitlistEntry;
}

type DataOf<Type extends WebhookEventType> = Type extends `${string}.deleted`
  ? DeletedResource
  : Type extends `${infer Name extends keyof Resources}.${string}`
    ? Resources[Name]
    : WebhookResource;

/** An event of a documented type: `event.type === 'user.deleted'` narrows `event.data`. */
export type KnownWebhookEvent = { [T in WebhookEventType]: EventOf<T, DataOf<T>> }[WebhookEventType];

/**
 * The type of an event that is not in the list. It is text; in types it is an enum, because a plain `string` would match
 * every documented literal too, and `event.type === 'user.deleted'` would then narrow nothing.
 */
declare enum UndocumentedType {
  Text = 'any other text',
}

/** Any other event: the type in the `default` of a switch. */
export type UnknownWebhookEvent = EventOf<UndocumentedType, Readonly<Record<string, unknown>>>;

export type WebhookEvent = KnownWebhookEvent | UnknownWebhookEvent;
