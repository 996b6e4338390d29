import { onTestFinished } from 'vitest';
import type { ClickhouseCluster, ClusterPart } from './clickhouse-cluster.ts';

/** Kills parts of a cluster, which are there again at the latest when the test is over. */
export async function killParts(
  cluster: ClickhouseCluster,
  ...parts: readonly (ClusterPart | null | undefined)[]
): Promise<{ restart(): Promise<void> }> {
  let isDown = true;
  const restart = async (): Promise<void> => {
    if (!isDown) return;
    isDown = false;
    await Promise.all(parts.map((part) => part?.start()));
    await cluster.settle();
  };
  await Promise.all(parts.map((part) => part?.kill()));
  // Before the store is dropped, which needs all of them.
  onTestFinished(restart);
  return { restart };
}
