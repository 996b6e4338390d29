import { Command } from 'commander';
import { readTimeBound } from '../../app/run-report.ts';
import { readServeSettings } from '../../app/serve-settings.ts';
import { writeOutput } from '../../app/standard-output.ts';
import { addToken, isExpired, readTokens, revokeToken, type TokenEntry } from '../../app/token-file.ts';
import { AppError } from '../../core/app-error.ts';
import type { ResultTable } from '../../core/result-table.ts';
import { readRole, roles } from '../../core/role.ts';
import { shownText } from '../../view/shown-text.ts';
import { addCommonOptions, type CommonOptions, settingsOf } from '../common-options.ts';
import { addTableOptions, formatterOf, readLimit, type TableOptions } from '../table-options.ts';

interface TokenOptions extends CommonOptions, TableOptions {
  readonly folder?: string;
  readonly name?: string;
  readonly role?: string;
  readonly expires?: string;
}

/** `modtally token` */
export function createTokenCommand(): Command {
  const command = new Command('token')
    .description('Makes, lists and revokes the tokens by which people and programs come into "modtally serve".')
    .argument('<action>', 'add, list or revoke')
    .argument('[token]', 'for revoke: its name, or what it begins with, as the list shows it')
    .option('--name <name>', 'add: who or what it is for')
    .option('--role <role>', 'add: what it may see: public, analyst or staff')
    .option('--expires <date>', 'add: the date from which on it is no good, YYYY-MM-DD[ HH:MM[:SS]]')
    .option('--folder <folder>', 'where tokens, keys and the audit log are kept');
  return addCommonOptions(addTableOptions(command))
    .addHelpText('after', HELP)
    .action(async (name: string, token: string | undefined, options: TokenOptions) => {
      const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
      if (action === undefined) throw new AppError('USAGE', `there is no token ${name}`, { hint: ACTIONS });
      const { folder, config } = options;
      await action(readServeSettings({ flags: { folder }, configFile: config }).folder, options, token);
    });
}

const actions: Readonly<
  Record<string, (folder: string, options: TokenOptions, token: string | undefined) => Promise<void>>
> = { add, list, revoke };

const ACTIONS = 'Actions: add --name NAME --role ROLE, list, revoke NAME.';

const HELP = `
add     makes a token and prints it, this once: only its digest is kept
list    the tokens, without the tokens themselves
revoke  takes a token away, at once: sessions that were begun with it are over, too

Examples:
  modtally token add --role staff --name "Alice Example" --expires 2027-01-01
  modtally token list
  modtally token revoke "Alice Example"
`;

async function add(folder: string, options: TokenOptions, operand: string | undefined): Promise<void> {
  const { zone } = settingsOf(options);
  const { name = '', expires } = options;
  const role = readRole(options.role ?? '');
  if (role === null) {
    throw new AppError(
      'USAGE',
      options.role === undefined ? 'token add needs --role' : `--role: there is no role ${options.role}`,
      {
        hint: `Roles: ${roles.join(', ')}.`,
      },
    );
  }
  if (name === '' || operand !== undefined) throw new AppError('USAGE', 'token add needs --name', { hint: ACTIONS });
  const end = readTimeBound('--expires', expires, zone);
  const { token } = addToken(folder, { name, role, expires: end === undefined ? null : end * 1000 });
  await writeOutput(`${token}\n`);
  if (options.quiet !== true) process.stderr.write('This is the only time that the token is shown.\n');
}

async function list(folder: string, options: TokenOptions): Promise<void> {
  const format = formatterOf(options);
  const { zone } = settingsOf(options);
  const table = listTokens(readTokens(folder));
  const limit = readLimit(options.limit);
  await writeOutput(format({ ...table, rows: limit === null ? table.rows : table.rows.slice(0, limit) }, zone));
}

async function revoke(folder: string, options: TokenOptions, token: string | undefined): Promise<void> {
  if (token === undefined) throw new AppError('USAGE', 'token revoke needs the name of the token', { hint: ACTIONS });
  const { name, role } = revokeToken(folder, token);
  if (options.quiet !== true) process.stderr.write(`The ${role} token of ${shownText(name)} is revoked.\n`);
}

function listTokens(entries: readonly TokenEntry[]): ResultTable {
  return {
    columns: [
      { key: 'token', title: 'Token', kind: 'text' },
      { key: 'name', title: 'Name', kind: 'text' },
      { key: 'role', title: 'Role', kind: 'text' },
      { key: 'created', title: 'Made', kind: 'day' },
      { key: 'expires', title: 'Good until', kind: 'instant' },
      { key: 'state', title: 'State', kind: 'text' },
    ],
    rows: entries.map((entry) => [
      entry.id,
      entry.name,
      entry.role,
      Math.floor(entry.created / 1000),
      entry.expires === null ? null : Math.floor(entry.expires / 1000),
      isExpired(entry, Date.now()) ? 'expired' : 'good',
    ]),
  };
}
