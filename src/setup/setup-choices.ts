/** How a line of the hook travels from one host to another. */
export type Transport = 'udp' | 'tcp' | 'tls' | 'relp';

export const transports: readonly Transport[] = ['udp', 'tcp', 'tls', 'relp'];

/** The ports that are used unless another is given; 514 and 6514 are those of syslog, 2514 is rsyslog's custom for RELP. */
export const usualPorts: Readonly<Record<Transport, number>> = { udp: 514, tcp: 514, tls: 6514, relp: 2514 };

/**
 * What a site decides about the pieces of its chain. It is kept in each installed file, so that a later version can
 * make the file anew. A key that is missing stands for the usual.
 */
export interface SetupChoices {
  /** The cluster of this host's loads, where Lmod's LMOD_SYSHOST does not tell it. */
  readonly cluster?: string;
  /** The socket at which the hook finds syslog. */
  readonly socket?: string;
  /** The folder of the hook. */
  readonly folder?: string;
  /** The host that collects; where it is given, rsyslog sends. */
  readonly to?: string;
  readonly transports?: readonly Transport[];
  readonly port?: number;
  /** Whether rsyslog listens for other hosts itself; false where it does so already. */
  readonly input?: boolean;
  /** Certificate, its key and the authority's certificate, for TLS. */
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
  /** The file that rsyslog writes. */
  readonly log?: string;
  readonly copytruncate?: boolean;
  /** Months of usage to keep; none is removed where it is missing. */
  readonly keepMonths?: number;
  /** The user that modtally runs as. */
  readonly user?: string;
  /** Node and modtally's program, as cron and systemd call them. */
  readonly node?: string;
  readonly program?: string;
  readonly watch?: boolean;
}

/** What stands for choices that were not made. */
export const usualLog = '/var/log/moduleUsage.log';
export const usualUser = 'modtally';
export const usualSocket = '/dev/log';

/** What every line of the hook is tagged with, as Lmod's own hook tags them. */
export const TAG = 'ModuleUsageTracking';
