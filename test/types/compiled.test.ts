/** What needs a compiler, in one process: see test/support/compiler.ts. */
import './documentation.js';
import './operations.js';
import './options.js';
import './reference.js';
import './register/register.js';
