import { dayToIso } from '../core/calendar-day.ts';
import { gatherPage, type ResultTable, type Section } from '../core/result-table.ts';
import type { Store } from '../store/store.ts';
import { clusters } from './clusters.ts';
import { direct } from './direct.ts';
import { readFigures } from './figures.ts';
import { firstRows } from './first-rows.ts';
import { groups } from './groups.ts';
import { health } from './health.ts';
import { jobs } from './jobs.ts';
import { lastUsed } from './last-used.ts';
import { movers } from './movers.ts';
import type { Report, ReportRequest } from './report.ts';
import type { OptionTexts } from './report-option.ts';
import { retire } from './retire.ts';
import { readSpan, type Span } from './span.ts';
import { noteBeginning } from './span-before.ts';
import { storms } from './storms.ts';
import { together } from './together.ts';
import { toolchains } from './toolchains.ts';
import { top } from './top.ts';
import { trend } from './trend.ts';
import { unused } from './unused.ts';
import { versions } from './versions.ts';

const MONTHS = 12;

/** A part of the summary: a report in short. */
interface Part {
  readonly title: string;
  readonly text: string;
  readonly report: Report;
  readonly limit: number;
  readonly options?: OptionTexts;
  /** Whether it looks back beyond the beginning of the span. */
  readonly looksBack?: boolean;
  /** Whether a row of a single user may have their name, as a group of one, or a tree in a home directory. */
  readonly mayNamePeople?: boolean;
}

const parts: readonly Part[] = [
  { title: 'Most used', text: 'Packages by users, with their share of all users and loads.', report: top, limit: 15 },
  {
    title: 'New, rising, falling, gone',
    text: 'Packages whose number of users has changed most since the span before.',
    report: movers,
    limit: 12,
    options: { each: 'package' },
  },
  {
    title: 'Versions',
    text: 'Of the packages with most users, the newest version first. Shares are of the users and loads of the package.',
    report: versions,
    limit: 15,
  },
  {
    title: 'Clusters',
    text: 'Only here are users who have loaded nothing on another cluster.',
    report: clusters,
    limit: 12,
    options: { each: 'all' },
  },
  {
    title: 'Groups',
    text: 'Users and loads of each group that has more than one user.',
    report: groups,
    limit: 12,
    mayNamePeople: true,
  },
  {
    title: 'Toolchains',
    text: 'By tree, compiler and MPI, as the paths tell them; what has more than one user.',
    report: toolchains,
    limit: 12,
    mayNamePeople: true,
  },
  {
    title: 'In jobs and outside',
    text: 'What is loaded in batch jobs is in production.',
    report: jobs,
    limit: 10,
    options: { each: 'package' },
  },
  {
    title: 'Loaded together',
    text: 'Packages that the same user loads on the same day. Lift is how many times more often than by chance.',
    report: together,
    limit: 10,
  },
  {
    title: 'Hardly asked for',
    text: 'Modules of which users ask for at most a tenth of the loads; the rest come along as a dependency.',
    report: direct,
    limit: 10,
    options: { share: '10' },
  },
  {
    title: 'Installed, and not loaded',
    text: 'What is in the newest catalogue of each cluster and was not loaded there; never loaded ones first.',
    report: unused,
    limit: 15,
  },
  {
    title: 'To retire',
    text: 'Modules that five users or fewer have had, and nobody for six months.',
    report: retire,
    limit: 15,
    looksBack: true,
  },
  { title: 'Longest idle', text: 'Modules by their last load.', report: lastUsed, limit: 10, looksBack: true },
  {
    title: 'Storms',
    text: 'The ten users with most loads, without their names. Median and peak are loads a day.',
    report: storms,
    limit: 10,
  },
  {
    title: 'Soundness of the data',
    text: 'What to look at before these figures are trusted.',
    report: health,
    limit: 15,
  },
];

/** A page for a period: the other reports in short, without the names of people. */
export const summary: Report = {
  name: 'summary',
  summary: 'a page for a period: all of these in short',
  reading:
    'For people, as a table, as Markdown or as a page of its own (--format html), which can be printed and needs ' +
    'nothing from elsewhere. JSON and CSV have all rows in one table, with the section in front. No user is named. ' +
    '--limit applies to each section.',
  example: 'modtally report summary --start 2024-01-01 --end 2025-01-01 --format html > 2024.html',
  months: MONTHS,
  async run(store, request) {
    const span = await readSpan(store, request, MONTHS);
    const sections: Section[] = [await figuresSection(store, request, span), await trendSection(store, request, span)];
    for (const part of parts) sections.push(await sectionOf(part, store, request, span));
    const [first, last] = [dayToIso(request.zone.dayOf(span.start)), dayToIso(span.lastDay)];
    return { ...gatherPage({ title: `Module usage, ${first} to ${last}`, sections }), notes: span.notes };
  },
};

async function sectionOf(
  { title, text, report, limit, options = {}, looksBack = false, mayNamePeople = false }: Part,
  store: Store,
  request: ReportRequest,
  { filter }: Span,
): Promise<Section> {
  const { start: _, ...filterBack } = filter;
  const asked = { ...request, filter: looksBack ? filterBack : filter, options, limit: Number.MAX_SAFE_INTEGER };
  const { columns, rows, ...rest } = await report.run(store, asked);
  const users = columns.findIndex(({ key }) => key === 'users');
  const shown = mayNamePeople ? rows.filter((row) => Number(row[users]) > 1) : rows;
  const table = withoutPeople({ ...rest, columns, rows: firstRows(shown, request.limit ?? limit) });
  return { title, text, table };
}

/** The whole in a few numbers, and what they were in the span before. */
async function figuresSection(store: Store, request: ReportRequest, span: Span): Promise<Section> {
  const { zone } = request;
  const { now, before, start } = await readFigures(store, request, span);
  const names = ['Users', 'Loads', 'Packages', 'Modules', 'Clusters', 'Days with loads'];
  return {
    title: 'In short',
    text: `Before is the span of the same length from ${dayToIso(zone.dayOf(start))} on.`,
    table: {
      columns: [
        { key: 'figure', title: 'Figure', kind: 'text' },
        { key: 'now', title: 'Now', kind: 'number' },
        { key: 'before', title: 'Before', kind: 'number' },
      ],
      rows: names.map((name, index) => [name, now[index] ?? 0, before[index] ?? 0]),
      notes: noteBeginning(span, start, zone),
    },
  };
}

async function trendSection(store: Store, request: ReportRequest, span: Span): Promise<Section> {
  const days = span.lastDay - request.zone.dayOf(span.start);
  const by = days > 120 ? 'month' : days > 40 ? 'week' : 'day';
  const table = await trend.run(store, { ...request, filter: span.filter, options: { by }, limit: null });
  return { title: 'Over time', text: `Users and loads a ${by}.`, table };
}

/** A page goes from hand to hand: it has figures and no names of users. */
function withoutPeople(table: ResultTable): ResultTable {
  const kept = table.columns.flatMap(({ key }, place) => (key === 'user' || key === 'user_names' ? [] : [place]));
  const keep = <T>(items: readonly T[]): T[] => items.filter((_, place) => kept.includes(place));
  return { ...table, columns: keep(table.columns), rows: table.rows.map(keep) };
}
