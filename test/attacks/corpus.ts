/** All attacks. A new one is a row in one of these files. */
import { algorithms } from './corpus/algorithms.js';
import { claims } from './corpus/claims.js';
import { encodings } from './corpus/encodings.js';
import { requests } from './corpus/requests.js';
import type { Attack } from './fixtures.js';

export const corpus: readonly Attack[] = [...algorithms, ...encodings, ...claims, ...requests];
