import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadOf, storedLoads } from '../support/live-loads.ts';
import { logLines, startRsyslog } from '../support/rsyslog.ts';
import { listenArgs, startLive } from '../support/start-listener.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';

const users = Array.from({ length: 300 }, (_, index) => `u${index}`);
const once = Object.fromEntries(users.map((user) => [user, 1]));

/** Sends each user's load by a real rsyslogd, and returns what the store has once nothing waits any more. */
async function throughRsyslog(
  action: (ports: Readonly<Record<string, number>>) => string,
  { args = [], folder = temporaryFolder() }: { args?: string[]; folder?: string } = {},
): Promise<Readonly<Record<string, number>>> {
  const listener = await startLive(listenArgs(folder, ...args), { folder });
  const socket = join(folder, 'dev-log');
  await startRsyslog(join(folder, 'rsyslog'), action(listener.ports), socket);
  await logLines(socket, users.map(loadOf));
  await waitUntil(async () => {
    const metrics = await listener.metrics();
    return (
      metrics['modtally_listen_stored_total'] === users.length && metrics['modtally_listen_journal_messages'] === 0
    );
  }, 'all loads are in the store');
  expect(await listener.end()).toBe(0);
  return storedLoads(join(folder, '.local/share/modtally/usage.duckdb'));
}

/** A certificate authority, and a certificate of it for localhost. */
function makeCertificates(folder: string): void {
  const openssl = (...args: readonly string[]): void =>
    void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Site', '-days', '2');
  openssl('req', ...newKey, '-keyout', 'host.key', '-out', 'host.csr', '-subj', '/CN=localhost');
  openssl(
    ...['x509', '-req', '-in', 'host.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
    ...['-out', 'host.pem', '-days', '2'],
  );
}

test('each load that rsyslog forwards over UDP is stored once', async () => {
  const stored = await throughRsyslog(
    ({ udp }) => `action(type="omfwd" target="127.0.0.1" port="${udp}" protocol="udp")`,
  );
  expect(stored).toEqual(once);
});

test.each(['traditional', 'octet-counted'])(
  'each load that rsyslog forwards over TCP, %s, is stored once',
  async (framing) => {
    const stored = await throughRsyslog(
      ({ tcp }) => `action(type="omfwd" target="127.0.0.1" port="${tcp}" protocol="tcp" TCP_Framing="${framing}")`,
    );
    expect(stored).toEqual(once);
  },
);

test('each load that rsyslog forwards in the form of RFC 5424 is stored once', async () => {
  const stored = await throughRsyslog(
    ({ tcp }) =>
      `action(type="omfwd" target="127.0.0.1" port="${tcp}" protocol="tcp" template="RSYSLOG_SyslogProtocol23Format")`,
  );
  expect(stored).toEqual(once);
});

test('each load that rsyslog forwards over RELP is stored once', async () => {
  const stored = await throughRsyslog(
    ({ relp }) => `module(load="omrelp")\naction(type="omrelp" target="127.0.0.1" port="${relp}")`,
  );
  expect(stored).toEqual(once);
});

test('each load that rsyslog forwards over TLS, with a certificate of its own, is stored once', async () => {
  const folder = temporaryFolder();
  makeCertificates(folder);
  const files = ['--tls-cert', 'host.pem', '--tls-key', 'host.key', '--tls-ca', 'ca.pem'];
  const stored = await throughRsyslog(
    ({ tls }) => `global(defaultNetstreamDriverCAFile="${folder}/ca.pem"
  defaultNetstreamDriverCertFile="${folder}/host.pem" defaultNetstreamDriverKeyFile="${folder}/host.key")
action(type="omfwd" target="127.0.0.1" port="${tls}" protocol="tcp" TCP_Framing="octet-counted" StreamDriver="ossl"
  StreamDriverMode="1" StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="localhost")`,
    { folder, args: ['--tls', '127.0.0.1:0', ...files] },
  );
  expect(stored).toEqual(once);
});
