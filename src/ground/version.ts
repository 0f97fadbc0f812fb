/** The version in package.json (a test compares them): reading a JSON file is not possible on every runtime. */
export const VERSION = '0.1.0';
