/**
 * The cluster a node belongs to: the second dot-separated label of its name, or the whole name where
 * there is no dot (or nothing behind it). Lmod's gen_2 tools use the same rule.
 */
export function syshostOfHost(host: string): string {
  const firstDot = host.indexOf('.');
  if (firstDot < 0) return host;
  const secondDot = host.indexOf('.', firstDot + 1);
  const label = host.slice(firstDot + 1, secondDot < 0 ? undefined : secondDot);
  return label === '' ? host : label;
}
