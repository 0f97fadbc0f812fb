/** What a seed document may say, as a JSON Schema. Names are those of the Backend API's request bodies. */
const text = { type: 'string' } as const;
const texts = { type: 'array', items: text } as const;
const metadata = { type: 'object' } as const;
const oneOrMore = { anyOf: [text, texts] } as const;
const allMetadata = { public_metadata: metadata, private_metadata: metadata } as const;

const list = (properties: object, required: readonly string[]): object => ({
  type: 'array',
  items: { type: 'object', properties, required, additionalProperties: false },
});

export const SEED_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    $schema: text,
    seed: { type: ['string', 'number'] },
    // What it may say is in spec/frontend-api.json; `configureEnvironment` looks.
    instance: { type: 'object' },
    permissions: list({ key: text, name: text, description: text }, ['key']),
    roles: list({ key: text, name: text, description: text, permissions: texts }, ['key']),
    users: list(
      {
        id: text,
        email_address: oneOrMore,
        phone_number: oneOrMore,
        web3_wallet: oneOrMore,
        username: text,
        password: text,
        first_name: text,
        last_name: text,
        external_id: text,
        banned: { type: 'boolean' },
        unsafe_metadata: metadata,
        ...allMetadata,
      },
      [],
    ),
    organizations: list(
      {
        id: text,
        name: text,
        slug: text,
        max_allowed_memberships: { type: 'integer', minimum: 0 },
        members: list({ user: text, role: text, ...allMetadata }, ['user']),
        ...allMetadata,
      },
      ['name'],
    ),
    machines: list(
      { id: text, name: text, secret_key: text, default_token_ttl: { type: 'integer', minimum: 1 }, scopes: texts },
      ['name'],
    ),
    api_keys: list({ subject: text, name: text, secret: text, description: text, scopes: texts, claims: metadata }, [
      'subject',
      'name',
    ]),
    jwt_templates: list(
      {
        name: text,
        claims: metadata,
        lifetime: { type: 'integer', minimum: 1 },
        signing_key: text,
        signing_algorithm: text,
      },
      ['name', 'claims'],
    ),
    oauth_applications: list(
      {
        name: text,
        client_id: text,
        client_secret: text,
        redirect_uris: texts,
        scopes: text,
        public: { type: 'boolean' },
        pkce_required: { type: 'boolean' },
        consent_screen_enabled: { type: 'boolean' },
        access_token_format: { enum: ['jwt', 'opaque'] },
      },
      ['name'],
    ),
    tables: {
      type: 'object',
      additionalProperties: { type: 'array', items: { type: 'object', required: ['id'], properties: { id: text } } },
    },
  },
} as const;
