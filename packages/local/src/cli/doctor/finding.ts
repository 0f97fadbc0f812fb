import type { Facts } from './facts.js';

export interface Finding {
  readonly status: 'ok' | 'warning' | 'problem';
  readonly message: string;
  /** What to do; null where there is nothing to do. */
  readonly remedy: string | null;
}

export interface Check {
  readonly id: string;
  readonly title: string;
  /** Null: does not apply here. */
  readonly look: (facts: Facts) => Finding | null;
}

export const ok = (message: string): Finding => ({ status: 'ok', message, remedy: null });
export const warning = (message: string, remedy: string): Finding => ({ status: 'warning', message, remedy });
export const problem = (message: string, remedy: string): Finding => ({ status: 'problem', message, remedy });
