import { compareText } from '../core/compare-text.ts';
import type { Store } from '../store/store.ts';
import { hookAdvice } from './hook-advice.ts';
import type { Span } from './span.ts';

/** The clusters whose log tells of jobs, which does not depend on the modules and users that are asked for. */
export async function readTellingClusters(store: Store, { start, end }: Span): Promise<ReadonlySet<string>> {
  const clusters = await store.select({ by: ['syshost'], measures: ['jobs'], filter: { start, end } });
  return new Set(clusters.filter(({ jobs }) => jobs > 0).map(({ syshost }) => syshost));
}

/** What to say of clusters whose log does not. */
export function noteSilence(syshosts: ReadonlySet<string>): string[] {
  if (syshosts.size === 0) return [];
  return [`No load on ${[...syshosts].sort(compareText).join(', ')} has a job id. ${hookAdvice.jobid}`];
}
