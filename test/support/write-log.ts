/** A load as Lmod's hook logs it; what a test does not care about has a value already. */
export interface LoggedLoad {
  readonly user?: string;
  readonly module?: string;
  readonly path?: string;
  readonly host?: string;
  /** ISO 8601. */
  readonly time?: string;
}

/** The syslog line of a load, without its newline. */
export function logLine({ user, module, path, host, time }: LoggedLoad = {}): string {
  const name = module ?? 'gcc/12.2';
  const seconds = (Date.parse(time ?? '2024-11-11T12:00:00Z') / 1000).toFixed(6);
  return `Nov 11 12:00:00 c1 ModuleUsageTracking: user=${user ?? 'alice'} module=${name} path=${
    path ?? `/apps/${name}.lua`
  } host=${host ?? 'c1.ls6.tacc.utexas.edu'} time=${seconds}`;
}

/** A log of some loads. */
export function logText(loads: readonly LoggedLoad[]): string {
  return loads.map((load) => `${logLine(load)}\n`).join('');
}
