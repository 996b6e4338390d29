import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests of servers take longest, and most of that is waiting: begun last, they would leave the processors idle. */
class ServersFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isOfServers = ({ moduleId }: TestSpecification): boolean => /\/test\/(?:store|copy|crash)\//.test(moduleId);
    return [...sorted.filter(isOfServers), ...sorted.filter((file) => !isOfServers(file))];
  }
}

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    sequence: { sequencer: ServersFirst },
    // Two more than there are processors as a rule: many tests wait for servers and commands.
    maxWorkers: 4,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});

export default config;
