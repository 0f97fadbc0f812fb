/** The page of the test's application: Clerk's own components, unchanged, on paths of their own. */
import * as components from '@clerk/react';
import {
  APIKeys,
  ClerkProvider,
  CreateOrganization,
  OrganizationList,
  OrganizationProfile,
  OrganizationSwitcher,
  PricingTable,
  SignIn,
  SignUp,
  TaskChooseOrganization,
  TaskResetPassword,
  TaskSetupMFA,
  UserButton,
  UserProfile,
  Waitlist,
  useAuth,
  useReverification,
} from '@clerk/react';
import { createRoot } from 'react-dom/client';
import { useState, type ReactNode } from 'react';
import type { PageConfig } from './stage.js';

declare const config: PageConfig;

function Home(): ReactNode {
  const { isLoaded, userId, orgId } = useAuth();
  if (!isLoaded) return <p>loading</p>;
  return (
    <main>
      <h1 id="user">{userId ?? 'nobody'}</h1>
      <p id="organization">{orgId ?? 'none'}</p>
      {userId !== null && <UserButton />}
    </main>
  );
}

/** Routes that ask for a fresh verification: the hook shows the dialog, and asks again afterwards. */
function Reverification(): ReactNode {
  const { isLoaded } = useAuth();
  const [answer, setAnswer] = useState('');
  const ask = useReverification(async (level: string) => (await fetch(`/api/${level}`)).json() as Promise<object>);
  const show = (level: string): void =>
    void ask(level).then(
      (value) => setAnswer(JSON.stringify(value)),
      (error: unknown) => setAnswer(String(error)),
    );
  if (!isLoaded) return <p>loading</p>;
  return (
    <main>
      <button onClick={() => show('strict')}>strict</button>
      <button onClick={() => show('strict_mfa')}>strict_mfa</button>
      <output>{answer}</output>
    </main>
  );
}

/** By the first segment of the path. A scenario of another component adds its page here. */
const PAGES: Readonly<Record<string, () => ReactNode>> = {
  reverification: () => <Reverification />,
  keys: () => <APIKeys />,
  'create-organization': () => (
    <CreateOrganization routing="path" path="/create-organization" afterCreateOrganizationUrl="/" />
  ),
  organization: () => <OrganizationProfile routing="path" path="/organization" afterLeaveOrganizationUrl="/" />,
  organizations: () => <OrganizationList afterSelectOrganizationUrl="/" afterSelectPersonalUrl="/" />,
  switcher: () => (
    <main>
      <OrganizationSwitcher afterCreateOrganizationUrl="/" />
      <Home />
    </main>
  ),
  'user-profile': () => <UserProfile routing="path" path="/user-profile" />,
  'sign-in': () => <SignIn routing="path" path="/sign-in" />,
  'sign-up': () => <SignUp routing="path" path="/sign-up" {...config.signUp} />,
  'choose-organization': () => <TaskChooseOrganization redirectUrlComplete="/" />,
  'reset-password': () => <TaskResetPassword redirectUrlComplete="/" />,
  'setup-mfa': () => <TaskSetupMFA redirectUrlComplete="/" />,
  waitlist: () => <Waitlist />,
  // The older major does not have it.
  'oauth-consent': () => ('OAuthConsent' in components ? <components.OAuthConsent /> : null),
  pricing: () => <PricingTable />,
  'user-billing': () => <UserProfile routing="hash" />,
  'organization-billing': () => <OrganizationProfile routing="hash" />,
  'organization-pricing': () => <PricingTable for="organization" />,
  'user-profile': () => <UserProfile routing="path" path="/user-profile" />,
};

const Page = PAGES[location.pathname.split('/')[1] ?? ''] ?? Home;

createRoot(document.querySelector('#root') as Element).render(
  <ClerkProvider
    telemetry={false}
    signInUrl="/sign-in"
    signUpUrl="/sign-up"
    signInFallbackRedirectUrl="/"
    signUpFallbackRedirectUrl="/"
    afterSignOutUrl="/"
    {...config.provider}
  >
    <Page />
  </ClerkProvider>,
);
