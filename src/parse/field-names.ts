/** The fields of a load as log lines and dump records name them. */

/** A field whose text the parser looks at. */
export type FieldName =
  | 'user'
  | 'module'
  | 'path'
  | 'host'
  | 'syshost'
  | 'time'
  | 'jobid'
  | 'requested'
  | 'automatic'
  | 'group'
  | 'mode'
  | 'command'
  | 'last'
  | 'loads'
  | 'direct_loads'
  | 'dependency_loads'
  | 'job_loads';

/** The texts of a line's fields. An empty text means that the key stands there without a value. */
export type Fields = { [name in FieldName]?: string };

/** The longest key below; a longer word before an equals sign is no key of ours. */
export const LONGEST_KEY = 16;

/**
 * Keys in use, in lower case; letter case does not count. Lmod's own hook writes user, module, path,
 * host and time; sites have renamed and added keys; Environment Modules writes mode, modulefile,
 * requested (5.5 and later) or auto, cmd (4.2 to 5.4); dump records write syshost and date.
 */
const fieldOfKey: ReadonlyMap<string, FieldName> = new Map<string, FieldName>([
  ['user', 'user'],
  ['username', 'user'],
  ['u', 'user'],
  ['module', 'module'],
  ['m', 'module'],
  ['path', 'path'],
  ['fn', 'path'],
  ['modulefile', 'path'],
  ['modfile', 'path'],
  ['fullpath', 'path'],
  ['host', 'host'],
  ['h', 'host'],
  ['cluster', 'syshost'],
  ['syshost', 'syshost'],
  ['time', 'time'],
  ['date', 'time'],
  ['timestamp', 'time'],
  ['jobid', 'jobid'],
  ['job_id', 'jobid'],
  ['j', 'jobid'],
  ['sj', 'jobid'],
  ['userload', 'requested'],
  ['ul', 'requested'],
  ['requested', 'requested'],
  ['auto', 'automatic'],
  ['group', 'group'],
  ['account', 'group'],
  ['mode', 'mode'],
  ['cmd', 'command'],
  ['command', 'command'],
  ['last', 'last'],
  ['loads', 'loads'],
  ['direct_loads', 'direct_loads'],
  ['dependency_loads', 'dependency_loads'],
  ['job_loads', 'job_loads'],
]);

/** The field a key stands for, or undefined. */
export function fieldOf(key: string): FieldName | undefined {
  return key.length > LONGEST_KEY ? undefined : fieldOfKey.get(key.toLowerCase());
}

/** Takes a value in: of several keys for one field, the first that has a value counts. */
export function setField(fields: Fields, name: FieldName, value: string): void {
  if (!fields[name]) fields[name] = value;
}
