/** Verification of an organization's domain by a code that is sent to an address of it. */
import type { InstanceState } from '../../state/instance-state.js';
import type { OrganizationDomainRow } from '../../state/rows.js';
import { refusal } from '../records/refusals.js';
import { change } from '../records/resource.js';
import { readEmailAddress } from '../records/text-formats.js';
import { attemptCode, requireSent, sendCode } from '../verification/verification.js';
import { enrollAll } from './enrollment.js';
import { organizationDomains, updateOrganizationDomain, withdraw } from './organization-domains.js';
import { domainOfAddress } from './public-mail-domains.js';

/** @throws ApiError 400 once the domain is verified, 422 for an address that is not of it */
export function prepareAffiliation(
  state: InstanceState,
  domain: OrganizationDomainRow,
  address: string | undefined,
): OrganizationDomainRow {
  if (domain.verification?.status === 'verified') throw refusal('verification_already_verified');
  const paramName = 'affiliation_email_address';
  const to = readEmailAddress(address, paramName);
  if (domainOfAddress(to) !== domain.name)
    throw refusal('organization_domain_mismatch', `${to} is no address of ${domain.name}.`, { paramName });
  const verification = sendCode(state, 'affiliation_email_code', { channel: 'email', to });
  return change(state, organizationDomains, domain.id, { affiliation_email_address: to, verification });
}

/** @throws ApiError 400 if no code is under way, 422 for a wrong one */
export function attemptAffiliation(
  state: InstanceState,
  domain: OrganizationDomainRow,
  code: string,
): OrganizationDomainRow {
  const before = requireSent(domain.verification);
  const { verification, refusal: failed } = attemptCode(state, before, code);
  const verifiedAt = failed === null ? { verified_at: state.now() } : {};
  const row = change(state, organizationDomains, domain.id, { verification: { ...verification, ...verifiedAt } });
  if (failed !== null) throw failed;
  enrollAll(state, row);
  return row;
}

/** @param withdraws takes back what the mode before gave and nobody has taken yet. @throws ApiError 403, 422 */
export function changeEnrollmentMode(
  state: InstanceState,
  domain: OrganizationDomainRow,
  mode: string | undefined,
  withdraws: boolean,
): OrganizationDomainRow {
  const row = updateOrganizationDomain(state, domain.id, { enrollment_mode: mode ?? '' });
  if (withdraws) withdraw(state, row);
  enrollAll(state, row);
  return row;
}
