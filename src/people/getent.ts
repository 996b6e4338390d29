import { execFile } from 'node:child_process';
import { AppError } from '../core/app-error.ts';
import type { PeopleDirectory, Person } from '../core/people.ts';

const KEYS_AT_ONCE = 500;

/** The system's own users and groups, local or from LDAP, as the program `getent` finds them. */
export const systemPeople: PeopleDirectory = {
  name: 'getent',
  async lookUp(users) {
    const asked = new Set(users.filter((user) => user !== '' && !user.includes('\0')));
    const accounts = await getent('passwd', [...asked]);
    const groupNames = new Map(
      (await getent('group', [...new Set(accounts.map(([, , , gid = '']) => gid))])).map(([name = '', , gid = '']) => [
        gid,
        name,
      ]),
    );
    const byUser = new Map<string, Person>();
    for (const [user = '', , , gid = '', gecos = ''] of accounts) {
      // A user who is called as a number finds somebody else's account.
      if (!asked.has(user)) continue;
      const person = new Map<string, string>();
      const name = gecos.split(',', 1)[0] ?? '';
      const group = groupNames.get(gid);
      if (name !== '') person.set('name', name);
      if (group !== undefined) person.set('group', group);
      byUser.set(user, person);
    }
    return { columns: ['name', 'group'], byUser };
  },
};

/** The entries of some keys, each an array of fields; keys without an entry have none. */
async function getent(database: 'passwd' | 'group', keys: readonly string[]): Promise<string[][]> {
  const entries: string[][] = [];
  for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) {
    const output = await run([database, '--', ...keys.slice(from, from + KEYS_AT_ONCE)]);
    for (const line of output.split('\n')) if (line !== '') entries.push(line.split(':'));
  }
  return entries;
}

function run(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('getent', args, { maxBuffer: 256 * 1024 * 1024 }, (error, stdout, stderr) => {
      // 2: some of the keys were not found.
      if (error === null || error.code === 2) resolve(stdout);
      else {
        // Node's message, where the program has run, is its command line: hundreds of users, for a log.
        const why = typeof error.code === 'string' ? error.code : `status ${error.code ?? error.signal}`;
        const [said = ''] = stderr.trim().split('\n');
        const hint = 'Name a CSV file as the directory instead.';
        reject(new AppError('DIRECTORY', `cannot run getent: ${why}${said === '' ? '' : `: ${said}`}`, { hint }));
      }
    });
  });
}

/** The names of all users that the system lists; some directories list none unless they are asked for. */
export async function listSystemUsers(): Promise<string[]> {
  const output = await run(['passwd']);
  return output.split('\n').flatMap((line) => line.split(':', 1)[0] || []);
}
