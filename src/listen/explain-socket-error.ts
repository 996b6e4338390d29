import { AppError, describeCause } from '../core/app-error.ts';

/**
 * An error of a socket that cannot be opened, for people.
 * @param what the socket, as `TCP on *:514`
 */
export function explainSocketError(cause: unknown, what: string): AppError {
  if (cause instanceof AppError) return cause;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return new AppError('SOCKET', `cannot receive ${what}: ${describeCause(cause)}`, { hint: hintOf(code), cause });
}

function hintOf(code: unknown): string {
  switch (code) {
    case 'EACCES':
      return 'Ports below 1024 are root\'s: let the service manager open it ("modtally setup systemd"), or name a higher one.';
    case 'EADDRINUSE':
      return 'Another program receives there, such as rsyslog: "ss -lnptu" names it.';
    case 'EADDRNOTAVAIL':
      return 'The machine has no such address.';
    default:
      return '';
  }
}
