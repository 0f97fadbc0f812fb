/** Templates, connections, directories, domains and settings of the instance. Types only. */
import type {
  AdminPortalLinkTokensCreateResponse,
  Directory,
  Domain,
  EnterpriseConnection,
  EnterpriseConnectionTestRun,
  JWTTemplate,
  SAMLConnection,
  Template,
} from 'bailiff/api/types';
import type { Fields, ResourceRow, Times, InternalRow } from './stored.js';

export type JwtTemplateRow = ResourceRow<
  JWTTemplate,
  {
    claims: Fields;
    lifetime?: number;
    allowed_clock_skew?: number;
    custom_signing_key?: boolean;
    signing_key?: string;
  }
>;

export type MessageTemplateRow = ResourceRow<Template, { key: string }>;

export type SamlConnectionRow = ResourceRow<
  SAMLConnection,
  { domain?: string; domains: readonly string[]; attribute_mapping?: Fields },
  'acs_url' | 'sp_entity_id' | 'sp_metadata_url' | 'user_count'
>;

export type EnterpriseConnectionRow = ResourceRow<
  EnterpriseConnection,
  {
    domain?: string;
    domains?: readonly string[];
    organization_id?: string | null;
    saml_connection?: Fields | null;
    oauth_config?: Fields | null;
    client_secret?: string;
  }
> &
  Fields;

export type DomainRow = ResourceRow<
  Domain,
  unknown,
  'frontend_api_url' | 'accounts_portal_url' | 'development_origin' | 'cname_targets'
>;

/** One row for each group of settings; its id is the name of the group. model/instance/settings.ts has their types. */
export type SettingsRow = InternalRow<unknown> & Fields;

export type EmailRow = InternalRow<Times & { user_id: string | null; subject: string; body: string; status: string }> &
  Fields;

export type AgentTaskRow = InternalRow<
  Times & {
    user_id: string;
    /** Stable for a name. */
    agent_id: string;
    agent_name: string;
    task_description: string;
    status: 'pending' | 'accepted' | 'revoked';
    session_max_duration_in_seconds: number;
  }
>;

export type DirectoryRow = ResourceRow<
  Directory,
  { api_key: string; attribute_mapping: Readonly<Record<string, string>>; group_role_mappings: readonly Fields[] },
  'object' | 'endpoint_url'
> & { enterprise_connection_id: string };

/** A test run of an enterprise connection. */
export type TestRunRow = ResourceRow<EnterpriseConnectionTestRun, { enterprise_connection_id: string }>;

export type PortalTokenRow = ResourceRow<
  AdminPortalLinkTokensCreateResponse,
  { expiration: number },
  'instance_id' | 'expired'
>;
