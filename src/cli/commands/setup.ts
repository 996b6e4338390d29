import { Command } from 'commander';
import { describeSetup, installSetup } from '../../app/run-setup.ts';
import { readSetupRequest, type SetupOptions } from '../../app/setup-request.ts';
import { writeOutput } from '../../app/standard-output.ts';
import { absolutePath } from '../../app/store-url.ts';
import { AppError } from '../../core/app-error.ts';
import { shownText } from '../../view/shown-text.ts';
import { addCommonOptions, type CommonOptions, collect } from '../common-options.ts';

interface SetupCommandOptions extends CommonOptions, SetupOptions {
  readonly install?: boolean;
  readonly root?: string;
  readonly force?: boolean;
}

/** `modtally setup` */
export function createSetupCommand(): Command {
  const command = new Command('setup')
    .description('Prints what the chain from module load to the store needs on a host, or installs it.')
    .argument('<what>', 'lmod, modules, rsyslog, logrotate, cron or systemd')
    .option('--install', 'write the files, instead of printing them')
    .option('--root <folder>', 'with --install: below this folder instead of /, for an image')
    .option('--force', 'with --install: also over a file that is not as modtally wrote it; it is kept beside')
    .option('--cluster <name>', "lmod, modules: the cluster, where neither LMOD_SYSHOST nor the node's name tells it")
    .option('--folder <folder>', 'lmod, modules: where the hook goes; for Lmod a folder that LMOD_PACKAGE_PATH names')
    .option('--socket <file>', "lmod, modules: syslog's socket, where it is not /dev/log")
    .option('--to <host>', 'rsyslog: send to this host; without it, write what comes into the log')
    .option('--transport <name>', 'rsyslog: udp, tcp, tls or relp', collect, [])
    .option('--port <number>', 'rsyslog, systemd: another port than the usual')
    .option('--no-input', 'rsyslog: it listens for other hosts already')
    .option('--cert <file>', "rsyslog, tls: this host's certificate")
    .option('--key <file>', "rsyslog, tls: the certificate's key")
    .option('--ca <file>', "rsyslog, tls: the authority's certificate")
    .option('--log <file>', 'rsyslog, logrotate, cron, systemd: the log, where it is not /var/log/moduleUsage.log')
    .option('--copytruncate', 'logrotate: copy the log and cut it, instead of renaming it')
    .option('--keep-months <n>', 'cron: also remove usage that is older, once a month')
    .option('--user <name>', 'rsyslog, logrotate, cron, systemd: whom modtally runs as, where it is not modtally')
    .option('--watch', 'systemd: follow the log of rsyslog, instead of listening for syslog');
  return addCommonOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (what: string, options: SetupCommandOptions) => {
      const request = readSetupRequest(what, options);
      if (options.install === true) {
        const root = options.root === undefined ? '/' : absolutePath(options.root);
        for (const { path, done, backup } of installSetup(request, root, options.force === true)) {
          if (options.quiet === true) continue;
          const kept = backup === null ? '' : `; as it was: ${backup}`;
          process.stderr.write(`${shownText(`${path} ${done}${kept}`)}\n`);
        }
        return;
      }
      if (options.root !== undefined || options.force === true) {
        throw new AppError('USAGE', '--root and --force are for --install');
      }
      const files = describeSetup(request);
      // A single file can be redirected to where it belongs; of several, each needs its name.
      const isSingle = files.length === 1;
      if (options.quiet !== true && isSingle) process.stderr.write(`${files[0]?.path ?? ''}:\n`);
      await writeOutput(files.map(({ path, text }) => (isSingle ? text : `# ${path}\n${text}\n`)).join(''));
    });
}

const EXAMPLES = `
Nothing is changed without --install. What is installed is marked with version, choices and a checksum: a file that
somebody has edited is left alone, and modtally doctor tells it from one that is out of date. Into a SitePackage.lua
or a siteconfig.tcl of the site's own, the hook goes behind what is there.

Examples:
  modtally setup lmod --cluster alder --install
  modtally setup lmod --folder /apps/lmod/site > SitePackage.lua
  modtally setup rsyslog --to loghost.example.org --transport tcp --install      on each node
  modtally setup rsyslog --install                                               on the host that collects
  modtally setup cron --keep-months 24 --install
  modtally setup systemd --install --root /srv/images/login
`;
