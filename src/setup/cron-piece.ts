import { dirname } from 'node:path';
import { type SetupChoices, usualLog, usualUser } from './setup-choices.ts';
import type { SetupPiece } from './setup-piece.ts';
import { shellWord } from './shell-word.ts';

/** Imports every night, and removes old usage once a month where the site has said how much to keep. */
export function cronPieces(choices: SetupChoices): SetupPiece[] {
  const { log = usualLog, user = usualUser, keepMonths, node = 'node', program = 'modtally' } = choices;
  const folders = [...new Set([dirname(node), '/usr/local/bin', '/usr/bin', '/bin'])].filter((path) => path !== '.');
  const jobs = [
    // Not on the hour, when every other job of the machine begins.
    `17 2 * * *  ${user}  ${shellWord(program)} import --quiet ${shellWord(log)}*`,
    ...(keepMonths === undefined
      ? []
      : [`47 3 1 * *  ${user}  ${shellWord(program)} prune --quiet --yes --keep-months ${keepMonths}`]),
  ];
  const text = `PATH=${folders.join(':')}
# All logs there are: what was imported before counts once.
${jobs.map((job) => job.replaceAll('%', '\\%')).join('\n')}
`;
  return [{ path: '/etc/cron.d/modtally', text, comment: '#', isShared: false, needsUser: user }];
}
