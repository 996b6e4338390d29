import { auditLogIn } from '../app/audit-log.ts';
import type { ServeSettings } from '../app/serve-settings.ts';
import type { SiteZone } from '../core/site-zone.ts';
import type { Access } from './access.ts';
import type { Counters } from './counters.ts';
import type { Desk } from './desk.ts';
import type { Provider } from './provider.ts';

/** What pages are made for. */
export interface Site {
  readonly settings: Pick<ServeSettings, 'url'>;
  readonly zone: SiteZone;
}

/** What routes have to do with. */
export interface House extends Site {
  readonly desk: Desk;
  readonly access: Access;
  readonly settings: ServeSettings;
  /** Null where people are not known by one. */
  readonly provider: Provider | null;
  readonly counters: Counters;
  /** Another text each time that the server is started. */
  readonly run: string;
}

/** A path of the server as people reach it: behind a proxy it may begin with more. */
export function hrefTo({ settings }: Site, path: string): string {
  return `${(settings.url?.pathname ?? '/').replace(/\/$/, '')}${path}`;
}

/** Where who looked at whose data is written down. */
export function auditLogOf({ settings }: House): string {
  return auditLogIn(settings.folder);
}
