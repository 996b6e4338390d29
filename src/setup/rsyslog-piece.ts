import { type SetupChoices, TAG, type Transport, usualLog, usualPorts, usualUser } from './setup-choices.ts';
import type { SetupPiece } from './setup-piece.ts';

/**
 * What rsyslog does with the lines of the hook: on a node it sends them to the host that collects, else it writes them
 * into a file. Its name puts it before the rules of the system, which would scatter the lines over other files.
 */
export function rsyslogPieces(choices: SetupChoices): SetupPiece[] {
  const piece = { path: '/etc/rsyslog.d/10-modtally.conf', comment: '#', isShared: false } as const;
  if (choices.to !== undefined) return [{ ...piece, text: sendingText(choices, choices.to) }];
  return [{ ...piece, text: collectingText(choices), needsUser: choices.user ?? usualUser }];
}

function sendingText(choices: SetupChoices, host: string): string {
  const transport = choices.transports?.[0] ?? 'tcp';
  const action = [
    ...actionOf(transport, choices),
    `target=${quote(host)} port="${portOf(transport, choices)}" template="RSYSLOG_SyslogProtocol23Format"`,
    // While the collecting host is away, lines wait in memory and then on disk, also over a restart.
    'queue.type="LinkedList" queue.filename="modtally" queue.maxDiskSpace="1g" queue.saveOnShutdown="on"',
    'action.resumeRetryCount="-1" action.resumeInterval="10"',
  ];
  const losses: Readonly<Record<Transport, string>> = {
    udp: 'UDP: what the network or the other host drops is lost, and nobody knows.',
    tcp: 'TCP: what was on its way when the connection broke is lost.',
    tls: 'TLS over TCP: what was on its way when the connection broke is lost.',
    relp: 'RELP: what the other host has not acknowledged is sent again.',
  };
  return `# Sends the loads of this host to ${host.replace(/[^\w.:-]/g, '_')}.
# ${losses[transport]}
${transport === 'relp' ? 'module(load="omrelp")\n' : ''}if $programname == "${TAG}" then {
  action(${action.join('\n         ')})
  stop
}
`;
}

function actionOf(transport: Transport, choices: SetupChoices): string[] {
  switch (transport) {
    case 'udp':
      return ['type="omfwd" protocol="udp"'];
    case 'tcp':
      return ['type="omfwd" protocol="tcp" TCP_Framing="octet-counted"'];
    case 'tls':
      return [
        'type="omfwd" protocol="tcp" TCP_Framing="octet-counted"',
        `StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/name"`,
        `StreamDriverPermittedPeers=${quote(choices.to ?? '')}`,
        ...certificates(choices),
      ];
    case 'relp':
      return ['type="omrelp"'];
  }
}

function collectingText(choices: SetupChoices): string {
  const { log = usualLog, user = usualUser, input = true } = choices;
  const inputs = input ? (choices.transports ?? ['udp', 'tcp']).map((transport) => inputOf(transport, choices)) : [];
  return `# Writes the loads of this host, and of those that send theirs here, into a file.
${inputs.join('')}if $programname == "${TAG}" then {
  action(type="omfile" file=${quote(log)} template="RSYSLOG_FileFormat"
         fileCreateMode="0640" fileGroup=${quote(user)})
  stop
}
`;
}

function inputOf(transport: Transport, choices: SetupChoices): string {
  const port = `port="${portOf(transport, choices)}"`;
  switch (transport) {
    case 'udp':
      return `module(load="imudp")\ninput(type="imudp" ${port} rcvbufSize="32m")\n`;
    case 'tcp':
      return `module(load="imtcp")\ninput(type="imtcp" ${port})\n`;
    case 'tls':
      return `module(load="imtcp")
input(type="imtcp" ${port} streamdriver.name="gtls" streamdriver.mode="1" streamdriver.authmode="x509/certvalid"
      ${certificates(choices).join('\n      ')})\n`;
    case 'relp':
      return `module(load="imrelp")\ninput(type="imrelp" ${port})\n`;
  }
}

function portOf(transport: Transport, { port }: SetupChoices): number {
  return port ?? usualPorts[transport];
}

function certificates({ ca, cert, key }: SetupChoices): string[] {
  const files = { CAFile: ca, CertFile: cert, KeyFile: key };
  return Object.entries(files).flatMap(([name, file]) =>
    file === undefined ? [] : [`StreamDriver.${name}=${quote(file)}`],
  );
}

/** A text as rsyslog's configuration reads it. */
function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
