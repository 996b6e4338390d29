import { Command } from 'commander';
import { listModules, listSnapshots } from '../../app/catalogue-tables.ts';
import { type AddedSnapshot, addToCatalogue, readCatalogues } from '../../app/run-catalogue.ts';
import type { Settings } from '../../app/settings.ts';
import { writeOutput } from '../../app/standard-output.ts';
import { AppError } from '../../core/app-error.ts';
import { dayToIso } from '../../core/calendar-day.ts';
import type { ResultTable } from '../../core/result-table.ts';
import { dayFromIso } from '../../core/site-zone.ts';
import { shownText } from '../../view/shown-text.ts';
import { addCommonOptions, type CommonOptions, collect, settingsOf } from '../common-options.ts';
import { addTableOptions, formatterOf, readLimit, type TableOptions } from '../table-options.ts';

interface CatalogueOptions extends CommonOptions, TableOptions {
  readonly syshost: readonly string[];
  readonly date?: string;
}

/** `modtally catalogue` */
export function createCatalogueCommand(): Command {
  const command = new Command('catalogue')
    .description('Keeps what is installed, as snapshots a cluster and day, so that what nobody loads can be named.')
    .argument('<action>', 'add, list or show')
    .argument(
      '[source...]',
      'for add: what tells of the modules, a file, a folder of MODULEPATH, or - for standard input',
    )
    .option('--syshost <name>', 'add: the cluster; list, show: only clusters that match; repeatable', collect, [])
    .option('--date <date>', 'add: the day of the snapshot, YYYY-MM-DD (today); show: as it was on that day');
  return addCommonOptions(addTableOptions(command))
    .addHelpText('after', HELP)
    .action(async (name: string, sources: string[], options: CatalogueOptions) => {
      const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
      if (action === undefined) throw new AppError('USAGE', `there is no catalogue ${name}`, { hint: ACTIONS });
      await action(sources, options, settingsOf(options));
    });
}

const actions: Readonly<
  Record<string, (sources: readonly string[], options: CatalogueOptions, settings: Settings) => Promise<void>>
> = { add, list, show };

const ACTIONS = 'Actions: add SOURCE..., list, show.';

const HELP = `
add     puts a snapshot in: all modules that the sources name together, on that day. One of the same cluster and day
        makes way for it; the very same again changes nothing.
list    the snapshots, each with the number of its modules, and what is new and gone since the one before
show    the modules of the latest snapshot, with the day since when each has been there

Sources are known by their form: what Lmod's spider prints (-o spider-json or jsonSoftwarePage), what Environment
Modules prints on "module avail --all --json" or "module -t avail --all", a path of a modulefile a line, or a folder
of modulefiles.

Examples:
  $LMOD_DIR/spider -o spider-json $MODULEPATH | modtally catalogue add --syshost alder -
  module avail --all --json > avail.json 2>&1; modtally catalogue add --syshost birch avail.json
  modtally catalogue add --syshost alder /apps/modulefiles/Core /apps/modulefiles/gcc12
  modtally catalogue show --syshost alder --date 2025-01-01
`;

async function add(sources: readonly string[], options: CatalogueOptions, settings: Settings): Promise<void> {
  if (sources.length === 0) throw new AppError('USAGE', 'catalogue add needs something to read', { hint: ACTIONS });
  if (options.syshost.includes('')) throw new AppError('USAGE', '--syshost: a cluster has a name');
  const { zone } = settings;
  const day = options.date === undefined ? zone.dayOf(Date.now() / 1000) : readDay(options.date);
  const { added } = await addToCatalogue(settings, { sources, syshosts: options.syshost, day });
  if (options.quiet !== true) for (const snapshot of added) process.stderr.write(`${shownText(describe(snapshot))}\n`);
}

async function list(sources: readonly string[], options: CatalogueOptions, settings: Settings): Promise<void> {
  refuse('list', sources);
  if (options.date !== undefined) throw new AppError('USAGE', 'catalogue list takes no --date', { hint: ACTIONS });
  await print(options, settings, async () => listSnapshots(await readCatalogues(settings, options.syshost)));
}

async function show(sources: readonly string[], options: CatalogueOptions, settings: Settings): Promise<void> {
  refuse('show', sources);
  const day = options.date === undefined ? null : readDay(options.date);
  await print(options, settings, async () => listModules(await readCatalogues(settings, options.syshost), day));
}

async function print(options: CatalogueOptions, { zone }: Settings, read: () => Promise<ResultTable>): Promise<void> {
  const format = formatterOf(options);
  const limit = readLimit(options.limit);
  const table = await read();
  await writeOutput(format(limit === null ? table : { ...table, rows: table.rows.slice(0, limit) }, zone));
}

function refuse(action: string, [source]: readonly string[]): void {
  if (source !== undefined) throw new AppError('USAGE', `catalogue ${action} takes no ${source}`, { hint: ACTIONS });
}

function describe({ syshost, day, modules, added, gone, before, isNew }: AddedSnapshot): string {
  const what = `${syshost}, ${dayToIso(day)}: ${modules} ${modules === 1 ? 'module' : 'modules'}`;
  if (!isNew) return `${what}, in already`;
  return before === null ? what : `${what}, ${added} new and ${gone} gone since ${dayToIso(before)}`;
}

function readDay(text: string): number {
  const day = dayFromIso(text);
  if (day !== null) return day;
  throw new AppError('BAD_DATE', `--date: ${text} is no date`, { hint: 'Write YYYY-MM-DD.' });
}
