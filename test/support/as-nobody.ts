/** A user that root can be for a while: the traditional number of nobody. */
const NOBODY = 65_534;

/** Does something with no more rights than any user has, also where the tests run as root. */
export async function asNobody(use: () => Promise<unknown>): Promise<void> {
  const { getuid, seteuid } = process;
  const isRoot = getuid?.() === 0;
  if (isRoot) seteuid?.(NOBODY);
  try {
    await use();
  } finally {
    if (isRoot) seteuid?.(0);
  }
}
