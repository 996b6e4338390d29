import fc from 'fast-check';
import type { InstalledModule } from '../../src/core/catalogue.ts';

/** An installed module in which only what matters is said. */
export function makeModule(fields: Partial<InstalledModule> = {}): InstalledModule {
  const module = fields.module ?? 'gcc/12.2';
  return { path: `/apps/${module}.lua`, module, isDefault: false, isHidden: false, kind: 'spider', ...fields };
}

/** What is installed on a random day: few names, which collide and change, among them such as databases get wrong. */
export const anyModules: fc.Arbitrary<InstalledModule[]> = fc.uniqueArray(
  fc.record({
    path: fc.constantFrom(
      '/apps/R',
      '/apps/r',
      '/apps/r ',
      "/o'b",
      '/back\\slash',
      '/tab\there',
      '/日本',
      '/😀',
      '/\\N',
    ),
    module: fc.constantFrom('R', 'r', 'é', 'NULL'),
    isDefault: fc.constantFrom(true, false, null),
    isHidden: fc.constantFrom(false, null),
    kind: fc.constantFrom('spider' as const, 'list' as const),
  }),
  { selector: ({ path }) => path, maxLength: 6 },
);
