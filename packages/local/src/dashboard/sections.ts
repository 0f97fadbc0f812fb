/** All sections, in the order of the navigation. */
import type { Section } from './section.js';
import { clock } from './sections/clock.js';
import { faults } from './sections/faults.js';
import { keys } from './sections/keys.js';
import { messages } from './sections/messages.js';
import { organizations } from './sections/organizations.js';
import { overview } from './sections/overview.js';
import { requests } from './sections/requests.js';
import { sessions } from './sections/sessions.js';
import { snapshot } from './sections/snapshot.js';
import { tokens } from './sections/tokens.js';
import { users } from './sections/users.js';
import { webhooks } from './sections/webhooks.js';

export const SECTIONS: readonly Section[] = [
  overview,
  users,
  organizations,
  sessions,
  keys,
  tokens,
  messages,
  webhooks,
  requests,
  faults,
  clock,
  snapshot,
];
