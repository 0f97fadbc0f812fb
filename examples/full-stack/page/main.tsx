/// <reference types="vite/client" />
/** The page: Clerk's components, unchanged, and two panels that call the APIs. */
import { ClerkProvider, OrganizationSwitcher, Show, SignIn, SignUp, UserButton } from '@clerk/react';
import { createRoot } from 'react-dom/client';
import { Members } from './members.js';
import { Shelf } from './shelf.js';

const { VITE_CLERK_PUBLISHABLE_KEY: publishableKey, VITE_CLERK_PROXY_URL: proxyUrl } = import.meta.env as Record<
  string,
  string | undefined
>;

function Home() {
  return (
    <>
      <header>
        <h1>Acorn Books</h1>
        <Show when="signed-in">
          <OrganizationSwitcher />
          <UserButton />
        </Show>
      </header>
      <Show when="signed-out">
        <p>What are you reading?</p>
        <a className="button" href="/sign-in">
          Sign in
        </a>{' '}
        <a className="button" href="/sign-up">
          Sign up
        </a>
      </Show>
      <Show when="signed-in">
        <Shelf />
        <Members />
      </Show>
    </>
  );
}

const PAGES: Readonly<Record<string, () => React.ReactNode>> = {
  'sign-in': () => <SignIn routing="path" path="/sign-in" />,
  'sign-up': () => <SignUp routing="path" path="/sign-up" />,
};
const Page = PAGES[location.pathname.split('/')[1] ?? ''] ?? Home;

createRoot(document.querySelector('#root') as Element).render(
  <ClerkProvider
    publishableKey={publishableKey ?? ''}
    {...(proxyUrl !== undefined && { proxyUrl })}
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
