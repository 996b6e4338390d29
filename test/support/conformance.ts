import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder of inputs with what Lmod's own tools made of them: `shared/conformance` beside the checkout or beside a
 * folder above it, or what MODTALLY_CONFORMANCE names. There is no second copy.
 */
export const conformanceDir: string = findConformance();

function findConformance(): string {
  const named = process.env['MODTALLY_CONFORMANCE'];
  if (named !== undefined) return named;
  const checkout = fileURLToPath(new URL('../..', import.meta.url));
  for (let folder = dirname(checkout); ; folder = dirname(folder)) {
    const candidate = join(folder, 'shared', 'conformance');
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) break;
  }
  throw new Error('the conformance data is not beside the checkout: set MODTALLY_CONFORMANCE to its folder');
}
