import type { Report } from './report.ts';
import { listUsersOfPaths } from './users-of-paths.ts';

/** The modulefiles of users, by path and user. */
export const modulesUsedBy: Report = {
  name: 'modules_used_by',
  summary: 'which modulefiles a user has used',
  reading: 'A row for each path that one of the users has loaded. Here --pattern applies to the user name.',
  example: 'modtally report modules_used_by --pattern alice --format csv',
  patternOn: 'user',
  run: listUsersOfPaths,
};
