import { Command } from 'commander';
import { type ListenSettingName, readListenSettings } from '../../app/live-settings.ts';
import { addCommonOptions, type CommonOptions, collect, settingsOf } from '../common-options.ts';

interface ListenOptions extends CommonOptions {
  readonly udp: readonly string[];
  readonly tcp: readonly string[];
  readonly tls: readonly string[];
  readonly relp: readonly string[];
  readonly unix?: string;
  readonly journal?: string;
  readonly journalLimit?: string;
  readonly feedSeconds?: string;
  readonly feedMessages?: string;
  readonly syncSeconds?: string;
  readonly allow: readonly string[];
  readonly rate?: string;
  readonly maxMessage?: string;
  readonly maxConnections?: string;
  readonly udpBuffer?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
  readonly metrics?: string;
  readonly all?: boolean;
  readonly ignore?: string;
  readonly rejects?: string;
}

/** `modtally listen` */
export function createListenCommand(): Command {
  const command = new Command('listen')
    .description(
      'Receives syslog, keeps it in a journal on the disk, and feeds the store from there, each message once. ' +
        'Sockets that systemd hands over are used, too.',
    )
    .option('--udp <address>', 'receive datagrams on PORT or HOST:PORT; may be repeated', collect, [])
    .option('--tcp <address>', 'receive over TCP, with octet counts or newlines; may be repeated', collect, [])
    .option('--tls <address>', 'receive over TLS; may be repeated', collect, [])
    .option('--relp <address>', 'receive over RELP, which acknowledges each message; may be repeated', collect, [])
    .option('--unix <file>', 'receive on this Unix stream socket')
    .option('--journal <folder>', 'where received messages wait for the store')
    .option('--journal-limit <size>', 'how large it may become, such as 4G')
    .option('--feed-seconds <n>', 'feed the store at the latest when a message has waited so long (60)')
    .option('--feed-messages <n>', 'or when so many wait (500000)')
    .option('--sync-seconds <n>', 'force the journal to the disk so often (1); 0: after each batch')
    .option('--allow <network>', 'an address or a network that may send; may be repeated', collect, [])
    .option('--rate <n>', 'messages a second that one sender may send')
    .option('--max-message <size>', 'leave longer messages out (64K)')
    .option('--max-connections <n>', 'refuse more connections than that (1000)')
    .option('--udp-buffer <size>', 'socket buffer for datagrams to ask for (32M)')
    .option('--tls-cert <file>', 'certificate with its chain, PEM')
    .option('--tls-key <file>', 'its key, PEM')
    .option('--tls-ca <file>', 'ask senders for a certificate of one of these authorities, PEM')
    .option('--metrics <address>', 'serve /metrics for Prometheus, and /healthz, on PORT of loopback or HOST:PORT')
    .option('--all', 'keep every load as a row of its own instead of daily tallies')
    .option('--ignore <file>', 'module patterns not to count, a regular expression a line')
    .option('--rejects <file>', 'add rejected lines to this file');
  return addCommonOptions(command).addHelpText('after', EXAMPLES).action(listen);
}

async function listen(options: ListenOptions): Promise<void> {
  const { ignore, rejects } = options;
  // What is wrong with the settings shall be said before the first message is taken.
  settingsOf(options, { ignore, rejects });
  const flags = flagsOf(options);
  const { runListen } = await import('../../listen/run-listen.ts');
  const print = (message: string): void => void process.stderr.write(`modtally listen: ${message}\n`);
  await runListen({
    readSettings: () => readListenSettings({ flags, configFile: options.config }),
    feed: { flags: { store: options.store, tz: options.tz, ignore, rejects }, configFile: options.config },
    say: options.quiet === true ? () => {} : print,
    warn: print,
  });
}

function flagsOf(options: ListenOptions): { [name in ListenSettingName]?: string | undefined } {
  const list = (values: readonly string[]): string | undefined => (values.length === 0 ? undefined : values.join(','));
  return {
    udp: list(options.udp),
    tcp: list(options.tcp),
    tls: list(options.tls),
    relp: list(options.relp),
    unix: options.unix,
    journal: options.journal,
    journal_limit: options.journalLimit,
    feed_seconds: options.feedSeconds,
    feed_messages: options.feedMessages,
    sync_seconds: options.syncSeconds,
    allow: list(options.allow),
    rate: options.rate,
    max_message: options.maxMessage,
    max_connections: options.maxConnections,
    udp_buffer: options.udpBuffer,
    tls_cert: options.tlsCert,
    tls_key: options.tlsKey,
    tls_ca: options.tlsCa,
    metrics: options.metrics,
    all: options.all === true ? 'true' : undefined,
  };
}

const EXAMPLES = `
Examples:
  modtally listen --udp 514 --tcp 514 --allow 10.0.0.0/8
  modtally listen --relp 2514 --metrics 9514          rsyslog's omrelp: nothing that was acknowledged is lost
  modtally listen --tls 6514 --tls-cert host.pem --tls-key host.key --tls-ca site-ca.pem
  kill -HUP PID   reads the settings anew;  kill -USR2 PID   feeds the store at once
`;
