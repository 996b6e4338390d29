import { once } from 'node:events';
import { Command } from 'commander';
import { readServeSettings } from '../../app/serve-settings.ts';
import { addCommonOptions, type CommonOptions, settingsOf, settingsRequestOf } from '../common-options.ts';

interface ServeOptions extends CommonOptions {
  readonly listen?: string;
  readonly folder?: string;
  readonly url?: string;
  readonly public?: boolean;
  readonly directory?: string;
}

/** `modtally serve` */
export function createServeCommand(): Command {
  const command = new Command('serve')
    .description(
      'Serves the dashboard and the HTTP API, on any store and beside whatever imports. Who has no token sees nothing, unless --public. It ends at SIGTERM or SIGINT.',
    )
    .option('--listen <address>', 'where to listen, PORT or HOST:PORT (default: 127.0.0.1:8080)')
    .option('--public', 'let whoever has no token see what names nobody and no small number')
    .option('--url <url>', 'how people reach it, where a reverse proxy stands before it')
    .option('--folder <folder>', 'where tokens, keys and the audit log are kept')
    .option('--directory <directory>', 'who the users are: a CSV file with a column user, or getent');
  return addCommonOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (options: ServeOptions) => {
      const settings = settingsOf(options, { directory: options.directory });
      const { listen, folder, url } = options;
      const serve = readServeSettings({
        flags: { listen, folder, url, public: options.public === true ? 'true' : undefined },
        configFile: options.config,
      });
      for (const warning of serve.warnings) process.stderr.write(`modtally: warning: ${warning}\n`);
      const { runServer } = await import('../../web/run-server.ts');
      const settingsRequest = settingsRequestOf(options, { directory: options.directory });
      const server = await runServer({
        settings,
        settingsRequest,
        serve,
        log: options.quiet === true ? null : process.stderr,
      });
      if (options.quiet !== true) process.stderr.write(`modtally: the dashboard is at ${server.url}\n`);
      await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
      await server.close();
    });
}

const EXAMPLES = `
Examples:
  modtally token add --role staff --name "Alice Example"
  modtally serve --store duckdb:/srv/modtally/usage.duckdb
  modtally serve --listen 127.0.0.1:9000 --url https://usage.example.org --public

More settings stand in the table [serve] of a configuration file: proxies and their secret, OpenID Connect, groups and roles.
`;
