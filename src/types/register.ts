/** Narrowing of roles, permissions and claims for one application. Types only. */

/**
 * Narrow roles, permissions and custom claims once for a whole application, by declaration merging:
 *
 * ```ts ignore
 * declare module 'bailiff' {
 *   interface Register {
 *     role: 'org:admin' | 'org:member';
 *     permission: 'org:invoices:read' | 'org:invoices:manage';
 *     claims: { plan: 'free' | 'pro' };
 *   }
 * }
 * ```
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- empty until an application fills it
export interface Register {}

export type Role = Register extends { role: infer R extends string } ? R : string;
export type Permission = Register extends { permission: infer P extends string } ? P : string;
export type CustomClaims = Register extends { claims: infer C } ? C : Record<string, unknown>;
