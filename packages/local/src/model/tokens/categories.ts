/** The `cat` header of Clerk's tokens: which kind they are. */
export const CATEGORY = {
  session: 'cl_B7d4PD111AAA',
  template: 'cl_B7d4PD222AAA',
  m2m: 'cl_B7d4PD333AAA',
} as const;

/** Clerk lets its tokens begin ten seconds before they are issued, for clocks that are behind. */
export const NOT_BEFORE_LEAD_SECONDS = 10;
