import { Command } from 'commander';
import { runDoctor } from '../../app/run-doctor.ts';
import { readSettings } from '../../app/settings.ts';
import { writeOutput } from '../../app/standard-output.ts';
import { absolutePath } from '../../app/store-url.ts';
import { AppError } from '../../core/app-error.ts';
import { verdicts, worstVerdict } from '../../core/diagnosis.ts';
import { readWholeNumber } from '../../core/whole-number.ts';
import { formatDiagnoses } from '../../view/diagnosis-account.ts';
import { stringifySafely } from '../../view/json.ts';
import { addCommonOptions, type CommonOptions, collect } from '../common-options.ts';

interface DoctorOptions extends CommonOptions {
  readonly log?: string;
  readonly folder: readonly string[];
  readonly root?: string;
  readonly wait: string;
  readonly load: boolean;
  readonly json?: boolean;
}

const WIDTH = 80;

/** `modtally doctor` */
export function createDoctorCommand(): Command {
  const command = new Command('doctor')
    .description('Walks the chain on this host, from the hook of Lmod to the store, and says what is to be mended.')
    .option('--log <file>', 'the log that rsyslog writes, where modtally setup has not set it up')
    .option('--folder <folder>', 'where a hook may be besides the usual places; repeatable', collect, [])
    .option('--root <folder>', 'look for files below this folder instead of /')
    .option(
      '--wait <seconds>',
      'how long a test load may take to come into the log, or without one into the store',
      '90',
    )
    .option('--no-load', 'send no test load')
    .option('--json', 'print what was found as a JSON object');
  return addCommonOptions(command)
    .addHelpText('after', HELP)
    .action(async (options: DoctorOptions) => {
      const seconds = readWholeNumber(options.wait, 5);
      if (seconds === null) throw new AppError('USAGE', `--wait: ${options.wait} is no number of seconds`);
      const found = await runDoctor({
        settings: readSettings({ flags: { store: options.store, tz: options.tz }, configFile: options.config }),
        log: options.log === undefined ? null : absolutePath(options.log),
        folders: options.folder.map(absolutePath),
        root: options.root === undefined ? '/' : absolutePath(options.root),
        waitMs: seconds * 1000,
        sendsLoad: options.load,
      });
      const verdict = worstVerdict(found);
      process.exitCode = verdicts.indexOf(verdict);
      if (options.json === true) return writeOutput(`${stringifySafely({ verdict, findings: found })}\n`);
      const shown = options.quiet === true ? found.filter((finding) => finding.verdict !== 'ok') : found;
      return writeOutput(formatDiagnoses(shown, WIDTH));
    });
}

const HELP = `
It loads a module as a user does, for a cluster of its own called modtally-doctor; follows that load into the log and,
by an import of the log, into the store; and takes it out again. It looks at the files of modtally setup, rotation,
free space, the clock, who may read passwords, and when each cluster was last heard of.

Exit status, as monitoring wants it: 0 all is well, 1 there is a warning, 2 something has failed. With --quiet, what is
well is left out.

Examples:
  modtally doctor
  modtally doctor --quiet --json
  modtally doctor --no-load --log /var/log/moduleUsage.log
`;
