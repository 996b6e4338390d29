import { describe, expect, test } from 'vitest';
import { readSyslogPrefix } from '../../src/parse/syslog-prefix.ts';
import { loadOf, refusalOf } from '../support/read-line.ts';

const message = 'user=alice module=gcc/12.2 path=/p time=1731283200.071125';

describe('a prefix', () => {
  test.each([
    ['traditional', 'Nov 11 00:00:00 c1 lmod: ', 'c1', 'lmod'],
    ['traditional with a year', 'Nov 11 2024 00:00:00 c1 lmod: ', 'c1', 'lmod'],
    ['traditional with a fraction', 'Nov 11 00:00:00.123 c1 lmod: ', 'c1', 'lmod'],
    ['with a priority', '<134>Nov 11 00:00:00 c1 lmod[12]: ', 'c1', 'lmod'],
    ['with a priority and a blank', '<134> Nov 11 00:00:00 c1 lmod[12]: ', 'c1', 'lmod'],
    ['ISO', '2024-11-11T00:00:00.5+01:00 c1 lmod[12]: ', 'c1', 'lmod'],
    ['ISO with a blank for the T', '2024-11-11 00:00:00,123 c1 lmod: ', 'c1', 'lmod'],
    ['ISO, offset without a colon', '2024-11-11T00:00:00+0100 c1 lmod: ', 'c1', 'lmod'],
    ['tag without colon', '2024-11-11T00:00:00Z c1 lmod ', 'c1', 'lmod'],
    ['tag with pid but no colon', '2024-11-11T00:00:00Z c1 lmod[7] ', 'c1', 'lmod'],
    ['no host', 'Nov 11 00:00:00 lmod[7]: ', null, 'lmod'],
    ['neither host nor tag', '2024-11-11T00:00:00Z ', null, null],
    ['nothing but a tag', 'lmod[7]: ', null, 'lmod'],
    ['a host that is an address', '2024-11-11T00:00:00Z 10.0.0.7 lmod: ', '10.0.0.7', 'lmod'],
    ['RFC 5424', '<13>1 2024-11-11T00:00:00Z c1 lmod 12 ID7 - ', 'c1', 'lmod'],
    ['RFC 5424, all unknown', '<13>1 - - - - - - ', null, null],
    ['RFC 5424, no time', '<13>1 - c1 lmod - - - ', 'c1', 'lmod'],
    ['RFC 5424, byte-order mark', '<13>1 2024-11-11T00:00:00Z c1 lmod - - - \uFEFF', 'c1', 'lmod'],
    ['RFC 5424, tag with a colon', '<13>1 2024-11-11T00:00:00Z c1 lmod: - - - ', 'c1', 'lmod'],
    ['none', '', null, null],
  ])('%s', (_, prefix, host, tag) => {
    expect(loadOf(prefix + message)).toMatchObject({ user: 'alice', module: 'gcc/12.2', path: '/p', host });
    expect(readSyslogPrefix(prefix + message)).toMatchObject({ host, tag });
  });

  test('may be followed by the cookie that announces JSON', () => {
    const json = '{"user":"alice","module":"gcc","mode":"load"}';
    for (const cookie of ['', '@cee:', '@cee: ', '\uFEFF@cee: ']) {
      expect(loadOf(`Nov 11 00:00:00 c1 modules: ${cookie}${json}`)).toMatchObject({ user: 'alice', host: 'c1' });
    }
  });

  test('is not made up from a message that has none', () => {
    expect(readSyslogPrefix(message)).toEqual({ time: null, host: null, tag: null, end: 0 });
  });
});

describe('structured data', () => {
  const line = (data: string): string => `<134>1 2024-11-11T00:00:00Z c1 lmod - - ${data} ${message}`;

  test.each([
    ['keys of a load', '[x user="mallory" module="evil" path="/evil" time="1"]'],
    ['brackets in a value', '[x a="]" b="["]'],
    ['an escaped bracket outside of quotes', '[x\\]y]'],
    ['escaped quotes', '[x a="\\"] user=\\"mallory"]'],
    ['escaped backslash before the closing quote', '[x a="\\\\"]'],
    ['several elements', '[a b="1"][c user="mallory"]'],
    ['an element without parameters', '[origin]'],
  ])('is passed over, with %s', (_, data) => {
    expect(loadOf(line(data))).toMatchObject({ user: 'alice', module: 'gcc/12.2', path: '/p', host: 'c1' });
  });

  test('may stand without a message', () => {
    expect(refusalOf('<134>1 2024-11-11T00:00:00Z c1 lmod - - [x user="mallory" module="evil"]')).toBe(
      'skip: not a load',
    );
    expect(refusalOf('<134>1 2024-11-11T00:00:00Z c1 lmod - - -')).toBe('skip: not a load');
  });

  test('is data only where RFC 5424 has it: a bracket in a message is a message', () => {
    expect(loadOf(`Nov 11 00:00:00 c1 lmod: [a] ${message}`).user).toBe('alice');
  });
});

describe('NUL bytes and blanks before a line', () => {
  test('are passed over', () => {
    expect(loadOf(`${'\0'.repeat(5000)}Nov 11 00:00:00 c1 lmod: ${message}`)).toMatchObject({ host: 'c1' });
    expect(loadOf(`\0\0  \t${message}\r`)).toMatchObject({ user: 'alice', timeUs: 1_731_283_200_071_125 });
  });

  test('alone are an empty line', () => {
    for (const line of ['', ' ', '\t\r', '\0', '\0\0\0 ', '\uFEFF']) expect(refusalOf(line)).toBe('skip: empty');
  });
});

test("other programs' lines are no loads, whatever keys they have", () => {
  for (const line of [
    'Nov 11 00:00:00 c1 sshd[812]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=10.0.0.1  user=alice',
    'Nov 11 00:00:00 c1 sshd[812]: Accepted publickey for alice from 10.0.0.1 port 2222 ssh2: RSA SHA256:abc=',
    'Nov 11 00:00:00 c1 sudo:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/ls',
    'Nov 11 00:00:00 c1 sudo: pam_unix(sudo:session): session opened for user root(uid=0) by alice(uid=1000)',
    'Nov 11 00:00:00 c1 su: (to root) alice on pts/0 user=alice path=/bin/su host=c1',
    'type=USER_CMD msg=audit(1731283200.123:456): pid=1 uid=0 auid=1000 ses=1 msg=\'cwd="/" cmd="ls" exe="/usr/bin/sudo" res=success\'UID="root" AUID="alice"',
    'type=PATH msg=audit(1731283200.123:456): item=0 name="/etc/passwd" inode=1 dev=fd:00 mode=0100644 ouid=0',
    'Nov 11 00:00:00 c1 audit[12]: USER_LOGIN pid=12 uid=0 auid=1000 ses=3 msg=\'op=login acct="alice" exe="/usr/sbin/sshd" hostname=? addr=? res=failed\'',
    'Nov 11 00:00:00 c1 kernel: audit: type=1400 audit(1731283200.1:2): apparmor="DENIED" operation="open" profile="/usr/sbin/x" name="/p" pid=1 comm="x" requested_mask="r" fsuid=0',
    'Nov 11 00:00:00 c1 slurmctld[9]: _slurm_rpc_submit_batch_job: JobId=12 InitPrio=1 usec=400 user=alice account=astro',
    'JobId=12 UserId=alice(1000) GroupId=astro(800) Name=run JobState=COMPLETED Partition=normal TimeLimit=60 StartTime=2024-11-11T00:00:00 EndTime=2024-11-11T01:00:00 NodeList=c1',
    "Nov 11 00:00:00 c1 systemd-modules-load[77]: Inserted module 'kvm'",
    'Nov 11 00:00:00 c1 kernel: module x: loading out-of-tree module taints kernel. path=/lib/modules/x.ko',
    'Nov 11 00:00:00 c1 CRON[1]: (root) CMD (user=alice host=c1 /usr/bin/run)',
    'Nov 11 00:00:00 c1 app: {"user":"alice","path":"/login","time":1731283200}',
    'Nov 11 00:00:00 c1 app: {"user": broken',
  ]) {
    expect(refusalOf(line)).toBe('skip: not a load');
  }
});
