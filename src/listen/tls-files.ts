import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { ListenSettings } from '../app/live-settings.ts';
import { AppError, describeCause } from '../core/app-error.ts';

/** What a TLS server shows, and asks for. */
export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Authorities, one of which has signed the certificate that a sender must have. */
  readonly ca?: Buffer;
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
  readonly minVersion: 'TLSv1.2';
}

/**
 * Reads the certificates that the settings name.
 * @throws AppError BAD_SETTING where they are missing, or are none
 */
export function readTlsFiles({ tlsCert, tlsKey, tlsCa }: ListenSettings): TlsFiles {
  if (tlsCert === null || tlsKey === null) {
    throw new AppError('BAD_SETTING', 'TLS needs a certificate and its key', {
      hint: 'Name them with --tls-cert and --tls-key.',
    });
  }
  const asksForOne = tlsCa !== null;
  const files: TlsFiles = {
    cert: read(tlsCert),
    key: read(tlsKey),
    ...(tlsCa === null ? {} : { ca: read(tlsCa) }),
    requestCert: asksForOne,
    rejectUnauthorized: asksForOne,
    minVersion: 'TLSv1.2',
  };
  try {
    createSecureContext({ ...files });
  } catch (cause) {
    throw new AppError('BAD_SETTING', `${tlsCert} and ${tlsKey} cannot be used: ${describeCause(cause)}`, { cause });
  }
  return files;
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new AppError('BAD_SETTING', `cannot read ${path}: ${describeCause(cause)}`, { cause });
  }
}
