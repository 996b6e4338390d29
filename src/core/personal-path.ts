/** What the folders are called in which home directories lie. */
const homes = /^(?:home|homes|users)$/i;

/**
 * A path in which each part that names a person is another text: the name of a user, and what stands behind `home`,
 * `homes` or `users`, whether or not it is known as one.
 */
export function replacePersons(
  path: string,
  isUser: (part: string) => boolean,
  replace: (part: string) => string,
): string {
  const parts = path.split('/');
  const isPersonal = (part: string, at: number): boolean =>
    part !== '' && (isUser(part) || homes.test(parts[at - 1] ?? ''));
  return parts.some(isPersonal)
    ? parts.map((part, at) => (isPersonal(part, at) ? replace(part) : part)).join('/')
    : path;
}
