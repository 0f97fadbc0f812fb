/** Templates, connections, domains and settings of the instance. Types only. */
import type { Domain, EnterpriseConnection, JWTTemplate, SAMLConnection, Template } from 'bailiff/api/types';
import type { Fields, Stored, Times, Kept } from './stored.js';

export type JwtTemplateRow = Stored<
  JWTTemplate,
  {
    claims: Fields;
    lifetime?: number;
    allowed_clock_skew?: number;
    custom_signing_key?: boolean;
    signing_key?: string;
  }
>;

export type MessageTemplateRow = Stored<Template, { key: string }>;

export type SamlConnectionRow = Stored<
  SAMLConnection,
  { domain?: string; domains: readonly string[]; attribute_mapping?: Fields },
  'acs_url' | 'sp_entity_id' | 'sp_metadata_url' | 'user_count'
>;

export type EnterpriseConnectionRow = Stored<
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

export type DomainRow = Stored<
  Domain,
  unknown,
  'frontend_api_url' | 'accounts_portal_url' | 'development_origin' | 'cname_targets'
>;

/** One row for each group of settings; its id is the name of the group. model/instance/settings.ts has their types. */
export type SettingsRow = Kept<unknown> & Fields;

export type EmailRow = Kept<Times & { user_id: string | null; subject: string; body: string; status: string }> & Fields;

export type AgentTaskRow = Kept<
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
