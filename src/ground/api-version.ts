// Made by scripts/generate.mjs --committed from the OpenAPI document. Do not edit.
/**
 * The dated version of Clerk's API that this package is written for. Every call of the Backend API names it, and every handshake:
 * two versions would be two shapes of the same session.
 */
export const API_VERSION_DATE = '2025-11-10';
