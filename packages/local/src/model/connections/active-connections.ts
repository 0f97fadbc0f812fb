/** The enterprise connections through which users sign in, from both tables of the Backend API: `enterprise_connections`, and the older `saml_connections`. */
import type { InstanceState } from '../../state/instance-state.js';
import { domainOfAddress } from '../organizations/public-mail-domains.js';

export interface Connection {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly domains: readonly string[];
  readonly allowSubdomains: boolean;
  /** The names are updated at each sign-in. */
  readonly syncsUserAttributes: boolean;
  /** A user without an account here cannot sign in: none is made. */
  readonly jitProvisioningDisabled: boolean;
}

type Row = Readonly<Record<string, unknown>> & { readonly id: string };

const connectionOf = (row: Row): Connection => {
  const saml = (row['saml_connection'] ?? row) as Readonly<Record<string, unknown>>;
  return {
    id: row.id,
    name: String(row['name']),
    provider: String(row['provider']),
    domains: (row['domains'] as readonly string[] | undefined) ?? [],
    allowSubdomains: saml['allow_subdomains'] === true,
    syncsUserAttributes: row['sync_user_attributes'] !== false,
    jitProvisioningDisabled: row['disable_jit_provisioning'] === true,
  };
};

/** The connections that are switched on. */
export const activeConnections = (state: InstanceState): Connection[] =>
  [...state.table('enterprise_connections').rows(), ...state.table('saml_connections').rows()]
    .map((row): Row => row as unknown as Row)
    .filter((row) => row['active'] === true && row['authenticatable'] !== false)
    .map(connectionOf);

/** The connections of an e-mail address's domain; none for other text. */
export function connectionsFor(state: InstanceState, text: string | null): Connection[] {
  if (!text?.includes('@')) return [];
  const domain = domainOfAddress(text.trim());
  const isOf = ({ domains, allowSubdomains }: Connection): boolean =>
    domains.some((each) => domain === each || (allowSubdomains && domain.endsWith(`.${each}`)));
  return activeConnections(state).filter(isOf);
}
