import { fullName, primaryEmailAddress, type EmailAddress } from 'bailiff/api';
import { describe, expect, it } from 'vitest';

describe('fullName', () => {
  it.each([
    ['Ada', 'Lovelace', 'Ada Lovelace'],
    ['Ada', null, 'Ada'],
    [null, 'Lovelace', 'Lovelace'],
    [' Ada ', '', 'Ada'],
    [null, null, null],
    ['', ' ', null],
  ])('of %j and %j is %j', (first_name, last_name, name) => {
    expect(fullName({ first_name, last_name })).toBe(name);
  });
});

describe('primaryEmailAddress', () => {
  const address = (id: string | undefined, email_address: string) => ({ id, email_address }) as EmailAddress;
  const email_addresses = [
    address(undefined, 'none@example.com'),
    address('idn_1', 'ada@example.com'),
    address('idn_2', 'b@example.com'),
  ];

  it('is the chosen one at any position', () => {
    expect(primaryEmailAddress({ primary_email_address_id: 'idn_2', email_addresses })).toBe(email_addresses[2]);
  });

  it.each([null, 'idn_3'])('is null for %j', (primary_email_address_id) => {
    expect(primaryEmailAddress({ primary_email_address_id, email_addresses })).toBeNull();
  });
});
