import type { ReportRequest } from '../../src/report/report.ts';

/** What a report is asked, in which only what matters is said: all rows of all usage, and nobody is known. */
export function requestOf(fields: Partial<ReportRequest> = {}): ReportRequest {
  return {
    filter: {},
    limit: null,
    allPaths: [],
    options: new Map(),
    directory: null,
    toolchainRules: async () => [],
    ...fields,
  };
}
