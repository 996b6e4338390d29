import { type SetupChoices, usualLog, usualUser } from './setup-choices.ts';
import type { SetupPiece } from './setup-piece.ts';

/**
 * Rotates the file that rsyslog writes, each day. A renamed file loses nothing: rsyslog goes on writing to it until it
 * is told. Imports know a file by its content, whatever it is called, so that two weeks of files are two weeks of time
 * to mend an import that fails.
 */
export function logrotatePieces({ log = usualLog, user = usualUser, copytruncate }: SetupChoices): SetupPiece[] {
  const way =
    copytruncate === true
      ? `    # Lines that are written between the copy and the cut are lost.
    copytruncate
`
      : `    create 0640 root ${user}
    sharedscripts
    postrotate
        systemctl kill --signal=HUP rsyslog.service 2>/dev/null || kill -HUP "$(cat /run/rsyslogd.pid)"
    endscript
`;
  const text = `"${log.replace(/["\\]/g, '\\$&')}" {
    daily
    rotate 14
    dateext
    missingok
    notifempty
    compress
    delaycompress
${way}}
`;
  return [{ path: '/etc/logrotate.d/modtally', text, comment: '#', isShared: false, needsUser: user }];
}
