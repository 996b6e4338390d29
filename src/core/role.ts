/**
 * Who somebody is to the site, and so what they see of persons: the public sees no person and no small number, an
 * analyst pseudonyms, staff names.
 */
export const roles = ['public', 'analyst', 'staff'] as const;

export type Role = (typeof roles)[number];

/** Whether a role sees at least what another sees. */
export function includesRole(role: Role, other: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(other);
}

/** The role of that name; null where there is none. */
export function readRole(text: string): Role | null {
  return roles.find((role) => role === text) ?? null;
}
