import { dirname } from 'node:path';
import { type SetupChoices, usualLog, usualUser } from './setup-choices.ts';
import type { SetupPiece } from './setup-piece.ts';

/** What a host runs that receives loads by `modtally listen`, or follows rsyslog's file by `modtally watch`. */
export function systemdPieces(choices: SetupChoices): SetupPiece[] {
  const units = choices.watch === true ? [watchUnit(choices)] : [listenSocket(choices), listenUnit(choices)];
  return [userPiece(choices), ...units].map((piece) => ({ ...piece, comment: '#', isShared: false }));
}

type Unit = Pick<SetupPiece, 'path' | 'text'>;

const UNITS = '/etc/systemd/system';

/** The user that everything of modtally runs as; systemd-sysusers makes it. */
function userPiece({ user = usualUser }: SetupChoices): Unit {
  return { path: '/etc/sysusers.d/modtally.conf', text: `u ${user} - "module usage" /var/lib/modtally\n` };
}

function listenSocket({ port = 514 }: SetupChoices): Unit {
  return {
    path: `${UNITS}/modtally-listen.socket`,
    text: `[Unit]
Description=Syslog from nodes, for module usage

[Socket]
ListenDatagram=${port}
ListenStream=${port}
BindIPv6Only=both
# The manager may ask for more than the service could: a burst of UDP waits here.
ReceiveBuffer=32M

[Install]
WantedBy=sockets.target
`,
  };
}

function listenUnit(choices: SetupChoices): Unit {
  return {
    path: `${UNITS}/modtally-listen.service`,
    text: serviceText(choices, {
      description: 'Module usage from syslog',
      head: 'Requires=modtally-listen.socket\nAfter=network.target modtally-listen.socket\n',
      command: 'listen',
      also: 'modtally-listen.socket',
    }),
  };
}

function watchUnit(choices: SetupChoices): Unit {
  const { log = usualLog } = choices;
  return {
    path: `${UNITS}/modtally-watch.service`,
    text: serviceText(choices, {
      description: 'Module usage from the log of rsyslog',
      head: 'After=network.target rsyslog.service\n',
      command: `watch ${word(log)}`,
      also: '',
    }),
  };
}

interface ServiceParts {
  readonly description: string;
  readonly head: string;
  readonly command: string;
  readonly also: string;
}

/**
 * A service that may reach its own state, the network and nothing else. It may write and run memory, since Node
 * compiles what it runs; and it may start processes of its own.
 */
function serviceText(choices: SetupChoices, { description, head, command, also }: ServiceParts): string {
  const { user = usualUser, node = '/usr/bin/node', program = '/usr/local/bin/modtally' } = choices;
  const folders = [...new Set([dirname(node), '/usr/local/bin', '/usr/bin', '/bin'])];
  return `[Unit]
Description=${description}
Documentation=man:modtally(1)
${head}
[Service]
Type=notify
NotifyAccess=all
ExecStart=${word(node)} ${word(program)} ${command}
ExecReload=kill -HUP $MAINPID
Environment=PATH=${folders.join(':')}
Restart=on-failure
RestartSec=5
WatchdogSec=60
TimeoutStopSec=60
KillMode=mixed
User=${user}
StateDirectory=modtally
StateDirectoryMode=0750
ConfigurationDirectory=modtally
UMask=0027
LimitNOFILE=65536
TasksMax=256

CapabilityBoundingSet=
AmbientCapabilities=
NoNewPrivileges=yes
LockPersonality=yes
PrivateDevices=yes
PrivateMounts=yes
PrivateTmp=yes
PrivateUsers=yes
ProcSubset=pid
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RemoveIPC=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
${also === '' ? '' : `Also=${also}\n`}`;
}

/** A word of a command line as systemd reads it. */
function word(text: string): string {
  const plain = text.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w./:@%+=,$-]+$/.test(plain) ? plain : `"${plain.replace(/["\\]/g, '\\$&')}"`;
}
