/** The offline instance on whatever runtime executes this file: its tokens are good, over HTTP. Throws otherwise. */
import { createAuthenticator } from 'bailiff';
import { startLocalInstance } from 'bailiff-local';

const clerk = await startLocalInstance();
const token = await clerk.createSessionToken({ userId: 'user_1', orgId: 'org_1', role: 'org:admin' });
const headers = { authorization: `Bearer ${token}` };
// Without the PEM, so that the keys are fetched.
const { CLERK_JWT_KEY: _, ...env } = clerk.env;
const state = await createAuthenticator({}, env).authenticateRequest(new Request('http://localhost/', { headers }));
await clerk.close();
if (state.auth.userId !== 'user_1' || !state.auth.has({ role: 'org:admin' })) throw new Error(state.message);
