import { expect, test } from 'vitest';
import { conformanceDir } from '../support/conformance.ts';
import { runCommand } from '../support/run-command.ts';
import { contentOf } from '../support/store-content.ts';
import { allStoreKinds, newTarget, openTestStore, urlOf } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const files = [1, 2, 3, 4, 5].map((day) => `${conformanceDir}/five-days/moduleUsage.log-2024111${day}`);

test.each(allStoreKinds)(
  'importers of the same files at once leave nothing out and nothing twice in %s',
  async (kind) => {
    const [alone, shared] = [newTarget(kind), newTarget(kind)];
    const importInto = async (target: typeof alone, ofFiles: readonly string[]): Promise<void> => {
      const { url, env } = urlOf(target);
      const result = await runCommand('modtally', ['import', '--quiet', '--store', url, ...ofFiles], {
        cwd: temporaryFolder(),
        env,
      });
      expect(result).toMatchObject({ status: 0, stderr: '' });
    };
    await importInto(alone, files);
    await Promise.all([
      importInto(shared, files),
      importInto(shared, [...files].reverse()),
      importInto(shared, files.slice(1, 3)),
    ]);
    expect(await contentOf(await openTestStore(shared))).toEqual(await contentOf(await openTestStore(alone)));
  },
);
