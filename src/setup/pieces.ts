import { cronPieces } from './cron-piece.ts';
import { lmodPieces } from './lmod-piece.ts';
import { logrotatePieces } from './logrotate-piece.ts';
import { modulesPieces } from './modules-piece.ts';
import { rsyslogPieces } from './rsyslog-piece.ts';
import type { SetupChoices } from './setup-choices.ts';
import type { SetupPiece } from './setup-piece.ts';
import { systemdPieces } from './systemd-piece.ts';

export type SetupName = 'lmod' | 'modules' | 'rsyslog' | 'logrotate' | 'cron' | 'systemd';

/** Everything that can be set up on a host, each with what makes its files of a site's choices. */
export const setups: Readonly<Record<SetupName, (choices: SetupChoices) => SetupPiece[]>> = {
  lmod: lmodPieces,
  modules: modulesPieces,
  rsyslog: rsyslogPieces,
  logrotate: logrotatePieces,
  cron: cronPieces,
  systemd: systemdPieces,
};

export function isSetupName(name: string): name is SetupName {
  return Object.hasOwn(setups, name);
}
