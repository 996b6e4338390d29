/** What `modtally doctor` finds on a host. */

/** `ok`: as it should be; `warning`: loads may get lost, or will before long; `failed`: loads are being lost. */
export type DiagnosisVerdict = 'ok' | 'warning' | 'failed';

/** One thing that was looked at. */
export interface Diagnosis {
  /** The part of the chain. */
  readonly check: string;
  readonly verdict: DiagnosisVerdict;
  readonly finding: string;
  /** What to do about it, a command where there is one; empty where nothing is to be done. */
  readonly mend: string;
}

export const verdicts: readonly DiagnosisVerdict[] = ['ok', 'warning', 'failed'];

/** The worst of all verdicts; `ok` where there is none. */
export function worstVerdict(diagnoses: readonly Diagnosis[]): DiagnosisVerdict {
  return verdicts.findLast((verdict) => diagnoses.some((diagnosis) => diagnosis.verdict === verdict)) ?? 'ok';
}
