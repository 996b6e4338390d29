import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of inputs with what Lmod's own tools made of them. It lies beside the checkout; there is no second copy. */
export const conformanceDir: string =
  process.env['MODTALLY_CONFORMANCE'] ?? fileURLToPath(new URL('../../../shared/conformance', import.meta.url));

if (!existsSync(conformanceDir)) {
  throw new Error(`the conformance data is not at ${conformanceDir}: set MODTALLY_CONFORMANCE to its folder`);
}
