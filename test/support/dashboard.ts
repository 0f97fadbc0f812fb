/** The dashboard's sections beside its root, and the addresses of all. */
export const DASHBOARD_SECTIONS: readonly string[] = [
  ...['users', 'organizations', 'sessions', 'keys', 'tokens', 'messages'],
  ...['webhooks', 'requests', 'faults', 'clock', 'snapshot'],
];
export const DASHBOARD_PATHS: readonly string[] = ['/', ...DASHBOARD_SECTIONS.map((name) => `/dashboard/${name}`)];
