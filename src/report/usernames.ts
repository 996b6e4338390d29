import type { Report } from './report.ts';
import { listUsersOfPaths } from './users-of-paths.ts';

/** The users of modulefiles, by path and user. */
export const usernames: Report = {
  name: 'usernames',
  summary: 'who has used which modulefiles',
  reading: 'A row for each user of each path. Narrow it down by --pattern, which applies to the path.',
  example: "modtally report usernames --pattern '%/settarg/%' --syshost ls6",
  run: listUsersOfPaths,
};
