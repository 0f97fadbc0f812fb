/** The page of the test's application: Clerk's own components, unchanged, on paths of their own. */
import { ClerkProvider, SignIn, SignUp, UserButton, UserProfile, useAuth } from '@clerk/react';
import { createRoot } from 'react-dom/client';
import type { ReactNode } from 'react';
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

/** By the first segment of the path. A scenario of another component adds its page here. */
const PAGES: Readonly<Record<string, () => ReactNode>> = {
  'sign-in': () => <SignIn routing="path" path="/sign-in" />,
  'user-profile': () => <UserProfile routing="path" path="/user-profile" />,
  'sign-up': () => <SignUp routing="path" path="/sign-up" />,
};

const Page = PAGES[location.pathname.split('/')[1] ?? ''] ?? Home;

createRoot(document.querySelector('#root') as Element).render(
  <ClerkProvider
    {...config.provider}
    telemetry={false}
    signInUrl="/sign-in"
    signUpUrl="/sign-up"
    signInFallbackRedirectUrl="/"
    signUpFallbackRedirectUrl="/"
    afterSignOutUrl="/"
  >
    <Page />
  </ClerkProvider>,
);
