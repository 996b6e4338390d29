import { AppError } from '../core/app-error.ts';
import { escapeLike } from '../core/like-pattern.ts';
import type { UsageFilter } from '../core/usage-query.ts';
import type { PublicCells } from './public-cells.ts';

/** Reports that the public may ask for, and the values of their options; the first is what counts where none is given. */
const publicOptions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  figures: {},
  top: { each: ['package'], by: ['users'] },
  trend: { by: ['month'], each: ['all', 'package'] },
  clusters: { each: ['package', 'all'] },
};

/** The names of these reports. */
export const publicReportNames: readonly string[] = Object.keys(publicOptions);

/** Numbers of months that a span may have. With any span, the figures of two that overlap would tell what lies between. */
const SPANS = [1, 3, 12];

/** What somebody of the public has asked. */
export interface PublicQuestion {
  readonly report: string;
  readonly filter: UsageFilter;
  readonly options: Readonly<Record<string, string>>;
}

/**
 * The question with all that it leaves open, if the public may ask it: one package or all of them, one cluster or all,
 * and one, three or twelve months that are over, or all there are where these are fewer than twelve.
 * @throws AppError USAGE that says what may be asked
 */
export function admitPublicQuestion(
  { report, filter, options }: PublicQuestion,
  { cells, months }: PublicCells,
): PublicQuestion {
  const allowed = publicOptions[report];
  if (allowed === undefined) throw refusal(`the report ${report}`, `Reports: ${publicReportNames.join(', ')}.`);
  const admitted: Record<string, string> = {};
  for (const [name, choices] of Object.entries(allowed)) {
    const value = options[name] ?? choices[0] ?? '';
    if (!choices.includes(value)) throw refusal(`--${name} ${value}`, `It may be ${choices.join(' or ')}.`);
    admitted[name] = value;
  }
  const other = Object.keys(options).find((name) => !Object.hasOwn(allowed, name));
  if (other !== undefined) throw refusal(`--${other}`, 'Leave it out.');
  const { exact = {} } = filter;
  if ([filter.users, filter.paths, exact.users, exact.paths].some((names = []) => names.length > 0)) {
    throw refusal('a filter on users or paths', 'Ask for one package or one cluster.');
  }
  return {
    report,
    options: admitted,
    filter: {
      modules: oneOf(
        'package',
        [...(filter.modules ?? []), ...(exact.modules ?? []).map(escapeLike)],
        cells.map((cell) => cell.package),
      ),
      syshosts: oneOf(
        'cluster',
        [...(filter.syshosts ?? []), ...(exact.syshosts ?? []).map(escapeLike)],
        cells.map(({ syshost }) => syshost),
      ),
      ...admitSpan(filter, months),
    },
  };
}

/** A name that there is, as a pattern; a pattern that means several would make sums of what is shown apart. */
function oneOf(what: string, asked: readonly string[], known: readonly string[]): string[] {
  if (asked.length === 0) return [];
  const name = asked.length === 1 ? known.find((one) => escapeLike(one) === asked[0] || one === asked[0]) : undefined;
  if (name === undefined) throw refusal(`that ${what}`, `Name one ${what} that is shown, or none for all.`);
  return [escapeLike(name)];
}

function admitSpan({ start, end }: UsageFilter, months: PublicCells['months']): Pick<UsageFilter, 'start' | 'end'> {
  const after = end === undefined ? months.length : months.findIndex((month) => month.end === end) + 1;
  const from = start === undefined ? Math.max(0, after - 12) : months.findIndex((month) => month.start === start);
  const [first, last] = [months[from], months[after - 1]];
  const length = after - from;
  // A store that is younger than a year tells who asks for no span of all that it has.
  const isAdmitted = SPANS.includes(length) || (start === undefined && end === undefined && length > 0);
  if (first !== undefined && last !== undefined && isAdmitted) return { start: first.start, end: last.end };
  if (months.length === 0) return {};
  throw refusal(
    'that span',
    `It may be of ${SPANS.join(', ')} whole months between ${months[0]?.name} and ${months.at(-1)?.name}.`,
  );
}

function refusal(what: string, hint: string): AppError {
  return new AppError('USAGE', `the public cannot ask for ${what}`, { hint });
}
