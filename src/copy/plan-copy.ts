import { AppError } from '../core/app-error.ts';
import { dayToIso } from '../core/calendar-day.ts';
import { compareText } from '../core/compare-text.ts';
import type { CopyMarks, DayMark } from './copy-marks.ts';
import { type DayFigures, digestOf, figuresOn, loadsOf } from './day-figures.ts';

/** A day of the source of which the target lacks something. */
export interface PlannedDay {
  readonly day: number;
  /** The source's loads of the day. */
  readonly loads: number;
  readonly syshosts: readonly string[];
  readonly digest: string;
  /** What the target has of that day and these clusters, as `digestOf` tells it. */
  readonly held: string;
  /** What was copied of the day before, which the target then still has as it was; null for nothing. */
  readonly before: DayMark | null;
  /** Whether the target has usage of its own of that day and these clusters. */
  readonly isMerged: boolean;
}

export interface CopyPlan {
  readonly days: readonly PlannedDay[];
  /** Days that are in as the source has them. */
  readonly already: number;
}

export interface PlanRequest {
  /** The names of both stores. */
  readonly source: string;
  readonly target: string;
  readonly sourceFigures: DayFigures;
  readonly targetFigures: DayFigures;
  readonly marks: CopyMarks;
  /** Whether usage that the target has of its own is known to be of other loads. */
  readonly mayMerge: boolean;
}

/**
 * What is to be copied. Usage of the same day and cluster may be the same loads or others, and no store can tell: so
 * the target may have none that is not from here.
 * @throws AppError COPY_UNCLEAR
 */
export function planCopy(request: PlanRequest): CopyPlan {
  const { sourceFigures, targetFigures, marks, mayMerge } = request;
  const days: PlannedDay[] = [];
  const foreign: PlannedDay[] = [];
  const changed: PlannedDay[] = [];
  for (const [day, figures] of sourceFigures) {
    const before = marks.days.get(day) ?? null;
    const digest = digestOf(figures);
    if (before?.digest === digest) continue;
    const syshosts = figures.map(({ syshost }) => syshost);
    const known = figuresOn(targetFigures, day, syshosts);
    const isMerged = before === null && known.length > 0;
    const planned = { day, loads: loadsOf(figures), syshosts, digest, held: digestOf(known), before, isMerged };
    if (isMerged && !mayMerge) foreign.push(planned);
    // Where it has what was copied, and nothing else, what it lacks can be told.
    if (before !== null && (before.isMerged || before.digest !== planned.held)) changed.push(planned);
    days.push(planned);
  }
  if (foreign.length > 0) throw foreignUsage(request, foreign);
  if (changed.length > 0) throw changedUsage(request, changed);
  return { days, already: sourceFigures.size - days.length };
}

function foreignUsage({ target }: PlanRequest, days: readonly PlannedDay[]): AppError {
  const syshosts = [...new Set(days.flatMap((day) => day.syshosts))].sort(compareText).join(', ');
  return new AppError('COPY_UNCLEAR', `${target} has usage of its own of ${syshosts} on ${listDays(days)}`, {
    hint: 'Nothing of these days was copied. Copy into another store; or, if these are other loads than those of the source, add them with --merge.',
  });
}

function changedUsage({ source, target }: PlanRequest, days: readonly PlannedDay[]): AppError {
  return new AppError(
    'COPY_UNCLEAR',
    `of ${listDays(days)}, both ${source} and ${target} have changed since they were copied`,
    {
      hint: `Nothing of these days was copied. Import what is new into ${target} itself: it knows the logs whose loads were copied.`,
    },
  );
}

const DAYS_NAMED = 3;

function listDays(days: readonly PlannedDay[]): string {
  const named = days.slice(0, DAYS_NAMED).map(({ day }) => dayToIso(day));
  const others = days.length - named.length;
  return others === 0 ? named.join(', ') : `${named.join(', ')} and ${others} other days`;
}
