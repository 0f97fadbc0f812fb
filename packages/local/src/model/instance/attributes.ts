/** The attributes of users and what each is used for: `user_settings.attributes` of the environment. */
import type { Fields } from '../../state/rows.js';
import { merged } from '../records/deep-merge.js';

export interface Attribute {
  readonly enabled: boolean;
  readonly required: boolean;
  readonly used_for_first_factor: boolean;
  readonly first_factors: readonly string[];
  readonly used_for_second_factor: boolean;
  readonly second_factors: readonly string[];
  readonly verifications: readonly string[];
  readonly verify_at_sign_up: boolean;
  readonly immutable: boolean;
}

const OFF: Attribute = {
  enabled: false,
  required: false,
  used_for_first_factor: false,
  first_factors: [],
  used_for_second_factor: false,
  second_factors: [],
  verifications: [],
  verify_at_sign_up: false,
  immutable: false,
};

const ON: Attribute = { ...OFF, enabled: true };

/** Each attribute as it is once it is switched on. */
const WHEN_ON = {
  email_address: {
    ...ON,
    required: true,
    used_for_first_factor: true,
    first_factors: ['email_code'],
    verifications: ['email_code'],
    verify_at_sign_up: true,
  },
  phone_number: {
    ...ON,
    used_for_first_factor: true,
    first_factors: ['phone_code'],
    used_for_second_factor: true,
    second_factors: ['phone_code'],
    verifications: ['phone_code'],
    verify_at_sign_up: true,
  },
  username: { ...ON, used_for_first_factor: true },
  web3_wallet: { ...ON, used_for_first_factor: true, verifications: ['web3_metamask_signature'] },
  first_name: ON,
  last_name: ON,
  password: { ...ON, required: true },
  authenticator_app: { ...ON, used_for_second_factor: true, second_factors: ['totp'], verifications: ['totp'] },
  ticket: ON,
  backup_code: { ...ON, used_for_second_factor: true, second_factors: ['backup_code'] },
  passkey: { ...ON, used_for_first_factor: true, first_factors: ['passkey'], verifications: ['passkey'] },
} as const satisfies Record<string, Attribute>;

export type AttributeName = keyof typeof WHEN_ON;
export type Attributes = Readonly<Record<AttributeName, Attribute>>;

const ON_BY_DEFAULT: ReadonlySet<string> = new Set<AttributeName>([
  'email_address',
  'first_name',
  'last_name',
  'password',
  'authenticator_app',
  'ticket',
  'backup_code',
]);

/** @param patch what was configured, by attribute */
export function attributesWith(patch: Fields): Attributes {
  const entries = Object.entries(WHEN_ON).map(([name, whenOn]) => {
    const own = (patch[name] ?? {}) as Partial<Attribute>;
    const enabled = own.enabled ?? ON_BY_DEFAULT.has(name);
    return [name, merged(enabled ? whenOn : OFF, { ...own, enabled })] as const;
  });
  return Object.fromEntries(entries) as unknown as Attributes;
}
