/** The page of `app.tsx`, with Clerk's packages in its own bundle: they are handed to the provider, and nothing is loaded. */
import { Clerk } from '@clerk/clerk-js';
import { ui } from '@clerk/ui';
import type { PageConfig } from './stage.js';

declare const config: PageConfig;

Object.assign(config.provider, { Clerk, ui });
void import('./app.js');
