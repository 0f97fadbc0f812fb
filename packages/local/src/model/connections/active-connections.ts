/** The enterprise connections of a domain that people sign in through. Both tables of the Backend API count, the older one of SAML alone too. */
import type { InstanceState } from '../../state/instance-state.js';
import { domainOfAddress } from '../organizations/public-mail-domains.js';

export interface Connection {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly domains: readonly string[];
  readonly allowSubdomains: boolean;
  /** Names are taken over at each sign-in. */
  readonly syncsUserAttributes: boolean;
  /** Whoever has no account yet gets none. */
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

/** Those that are switched on. */
export const activeConnections = (state: InstanceState): Connection[] =>
  [...state.table('enterprise_connections').rows(), ...state.table('saml_connections').rows()]
    .map((row): Row => row as unknown as Row)
    .filter((row) => row['active'] === true && row['authenticatable'] !== false)
    .map(connectionOf);

/** Those for an e-mail address; none for other text. */
export function connectionsFor(state: InstanceState, text: string | null): Connection[] {
  if (!text?.includes('@')) return [];
  const domain = domainOfAddress(text.trim());
  const isOf = ({ domains, allowSubdomains }: Connection): boolean =>
    domains.some((each) => domain === each || (allowSubdomains && domain.endsWith(`.${each}`)));
  return activeConnections(state).filter(isOf);
}
