import { createPackageRule, type PackageRule } from '../../src/core/module-name.ts';
import { createSiteZone } from '../../src/core/site-zone.ts';
import type { ReportRequest } from '../../src/report/report.ts';

/** A request of a report in which only what matters is said; it is asked on 1 January 2025. */
export function makeRequest(fields: Partial<ReportRequest> = {}): ReportRequest {
  return {
    filter: {},
    limit: null,
    allPaths: [],
    options: {},
    zone: createSiteZone('UTC'),
    now: Date.UTC(2025, 0, 1) / 1000,
    packageOf: autoRule(),
    directory: null,
    toolchainRules: async () => [],
    ...fields,
  };
}

function autoRule(): PackageRule {
  const rule = createPackageRule('auto');
  if (rule === null) throw new Error('there is no rule auto');
  return rule;
}
