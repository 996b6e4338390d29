import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { readClassicTable } from '../support/classic-table.ts';
import { conformanceDir } from '../support/conformance.ts';
import { expectedReports, expectedRows } from '../support/expected-reports.ts';
import { type MariadbServer, mariadbPassword, mariadbUser, startMariadb } from '../support/mariadb-server.ts';
import { runOnTerminal } from '../support/pseudo-terminal.ts';
import { runShell } from '../support/run-shell.ts';

/** The five lines of Lmod's conversion guide, on a server that holds a gen_1 database called lmod. */

const folder = 'gen1-to-gen2';
const bin = fileURLToPath(new URL('../../bin', import.meta.url));

const convert = `
dump_db --dbname lmod --start 2023-11 --Nmonths 13 --parentDir ~/lmod_db
createDB
store_module_data --delete ~/lmod_db/*.json
analyzeLmodDB --sqlPattern '%' counts
`;

describe("the five lines of Lmod's conversion guide", () => {
  let server: MariadbServer;
  let home: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    server = await startMariadb(inject('mariadb').template);
    await server.sql('CREATE DATABASE lmod');
    await server.sql(readFileSync(join(conformanceDir, folder, 'gen1.sql'), 'utf8'), 'lmod');
    return () => server.stop();
  });

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'modtally-guide-'));
    env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: home, TZ: 'UTC', PORT: String(server.port) };
    return async () => {
      rmSync(home, { recursive: true, force: true });
      await server.sql('DROP DATABASE IF EXISTS lmodV2');
    };
  });

  async function expectConverted(stdout: string): Promise<void> {
    const expected = expectedReports(folder)[0];
    expect(readClassicTable(stdout).map((cells) => [cells[0], Number(cells.at(-1))])).toEqual(expected?.rows);
    const rows = await server.sql('SELECT user, path, module, syshost, date FROM moduleT', 'lmodV2');
    expect(rows.map((row) => row.join('\t')).sort()).toEqual(expectedRows(folder));
  }

  test('convert a gen_1 database, with the questions answered from a pipe', async () => {
    const answers = (database: string): string => `printf '%s\\n' localhost ${mariadbUser} "$PASSWORD" ${database}`;
    const { status, stdout, stderr } = await runShell(
      `${answers('lmod')} | conf_create
       ${answers('lmodV2')} | conf_create
       for name in lmod lmodV2; do echo "PORT = $PORT" >> "$name"_db.conf; done
       ${convert}
       ls ~/lmod_db`,
      { cwd: home, env: { ...env, PASSWORD: mariadbPassword } },
    );
    expect(stderr).toContain('lmod_db.conf');
    expect(status).toBe(0);
    const [report = '', left = ''] = stdout.split(/(?<=Time: {2}.*\n)/);
    await expectConverted(report);
    expect(left).toBe('');
    expect(stdout + stderr).not.toContain(mariadbPassword);
  });

  test('convert it with the questions answered at a terminal, where the password is not to be seen', async () => {
    for (const database of ['lmod', 'lmodV2']) {
      const { screen, status } = await runOnTerminal(
        'conf_create',
        [
          ['Database host: ', 'localhost'],
          ['Database user: ', mariadbUser],
          ['Database pass: ', mariadbPassword],
          ['Database name: ', database],
        ],
        { cwd: home, env },
      );
      expect(status).toBe(0);
      expect(screen).toContain(mariadbUser);
      expect(screen).not.toContain(mariadbPassword);
      expect(screen).not.toContain(mariadbPassword.slice(0, 5));
      expect(statSync(join(home, `${database}_db.conf`)).mode & 0o777).toBe(0o600);
    }
    const { status, stdout, stderr } = await runShell(
      `for name in lmod lmodV2; do echo "PORT = $PORT" >> "$name"_db.conf; done\n${convert}`,
      { cwd: home, env },
    );
    expect(status, stderr).toBe(0);
    await expectConverted(stdout);
  });
});
