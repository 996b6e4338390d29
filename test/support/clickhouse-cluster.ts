import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process of a cluster, which can be killed and started again on the same ports and folder. */
export interface ClusterPart {
  start(): Promise<void>;
  /** Ends it without notice, as a machine that is gone. */
  kill(): Promise<void>;
  /** Whether it has ended by itself. */
  hasDied(): boolean;
}

export interface ClickhouseNode extends ClusterPart {
  /** Port of HTTP. */
  readonly port: number;
  /** Runs SQL on this very node, as its administrator; gives the answer as it comes. */
  sql(sql: string): Promise<string>;
  /** The end of its log of errors. */
  lastErrors(): string;
}

/**
 * Shards of replicas and a ZooKeeper, or a server alone; on loopback. Whoever starts it stops it. A server of a
 * cluster that dies by itself, as 18.16 does at times, is started again, and told of on stderr: what is tried on it must
 * do with that, as with any server that is away for some seconds.
 */
export interface ClickhouseCluster {
  /** By shard, then replica. */
  readonly nodes: readonly ClickhouseNode[];
  readonly zookeeper: ClusterPart | null;
  /** Waits until the servers work together, after some were started. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/** The name of the cluster in its configuration. */
export const clusterName = 'usage';
/** The user that tests log in as; its password has every character that quoting can get wrong. */
export const clickhouseUser = 'tally';
export const clickhousePassword = 'te st\'"\\%&623';

interface Ports {
  readonly http: number;
  readonly tcp: number;
  readonly interserver: number;
}

/** Starts shards of so many replicas each, two of two unless told otherwise, and their ZooKeeper. */
export async function startCluster(shards = 2, replicas = 2): Promise<ClickhouseCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'modtally-clickhouse-'));
  const zookeeperPort = await steadyPort();
  const zookeeper = zookeeperPart(join(folder, 'zookeeper'), zookeeperPort);
  const ports: Ports[] = [];
  for (let at = 0; at < shards * replicas; at++) ports.push(await freePorts());
  const nodes = ports.map((own, at) => {
    const place = join(folder, `node${at}`);
    const knowsZookeeper = "SELECT count() > 0 FROM system.zookeeper WHERE path = '/'";
    return nodePart(place, own, clusterConfig(own, ports, { at, replicas, zookeeperPort }, place), knowsZookeeper);
  });
  const ending = new AbortController();
  const stop = (): Promise<void> => {
    ending.abort();
    return stopAll([...nodes, zookeeper], folder);
  };
  try {
    await zookeeper.start();
    await Promise.all(nodes.map((node) => node.start()));
    void keepUp(nodes, ending.signal);
    await settle(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes, zookeeper, settle: () => settle(nodes), stop };
}

async function keepUp(nodes: readonly ClickhouseNode[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const [at, node] of nodes.entries()) {
      if (signal.aborted || !node.hasDied()) continue;
      console.error(`server ${at} of the ClickHouse cluster has died and is started again\n${node.lastErrors()}`);
      await node.start().catch(console.error);
    }
    await sleep(200, null, { signal }).catch(() => null);
  }
}

/**
 * Waits until the servers work together. Just started, 18.16 dies of a statement for the whole cluster that comes before
 * it is ready for that, which it does not tell: so the first one is ours.
 */
async function settle(nodes: readonly ClickhouseNode[]): Promise<void> {
  const [first] = nodes;
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    const answer = await first
      ?.sql(`CREATE DATABASE IF NOT EXISTS settled ON CLUSTER ${clusterName}`)
      .catch(() => null);
    if (typeof answer === 'string' && !nodes.some((node) => node.hasDied())) return;
    await sleep(300);
  }
  throw new Error('the servers did not become a cluster within a minute');
}

/** Starts one server that belongs to no cluster and knows no ZooKeeper. */
export async function startSingle(): Promise<ClickhouseCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'modtally-clickhouse-'));
  const ports = await freePorts();
  const node = nodePart(folder, ports, serverConfig(ports, folder));
  const stop = (): Promise<void> => stopAll([node], folder);
  try {
    await node.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes: [node], zookeeper: null, settle: async () => {}, stop };
}

async function stopAll(parts: readonly ClusterPart[], folder: string): Promise<void> {
  // Everything in it is thrown away: to end it in good order would only take time.
  await Promise.all(parts.map((part) => part.kill()));
  rmSync(folder, { recursive: true, force: true });
}

async function freePorts(): Promise<Ports> {
  return { http: await steadyPort(), tcp: await steadyPort(), interserver: await steadyPort() };
}

/**
 * A port that stays free until a server listens on it, and while it is down: below those that the system gives to
 * outgoing connections, of which the servers of a cluster make many.
 */
async function steadyPort(): Promise<number> {
  while (true) {
    const port = randomInt(12_000, 32_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

function nodePart(folder: string, ports: Ports, config: string, readyWhen = 'SELECT 1'): ClickhouseNode {
  mkdirSync(folder, { recursive: true });
  const configFile = join(folder, 'config.xml');
  writeFileSync(configFile, config);
  writeFileSync(join(folder, 'users.xml'), usersConfig);
  const sql = async (text: string): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${ports.http}/`, { method: 'POST', body: text });
    const body = await answer.text();
    if (!answer.ok) throw new Error(body);
    return body;
  };
  const part = processPart(
    () => spawn('clickhouse-server', [`--config-file=${configFile}`], { stdio: 'ignore', env: serverEnvironment() }),
    async () => (await sql(readyWhen)) === '1\n',
  );
  const lastErrors = (): string => readFileSync(join(folder, 'errors.log'), 'utf8').split('\n').slice(-40).join('\n');
  return { port: ports.http, sql, lastErrors, ...part };
}

function zookeeperPart(folder: string, port: number): ClusterPart {
  mkdirSync(folder, { recursive: true });
  const configFile = join(folder, 'zoo.cfg');
  writeFileSync(
    configFile,
    `tickTime=500\nmaxClientCnxns=0\nadmin.enableServer=false\n4lw.commands.whitelist=srvr\ndataDir=${folder}\nclientPort=${port}\nclientPortAddress=127.0.0.1\n`,
  );
  return processPart(
    () =>
      spawn(
        'java',
        [
          '-Xmx128m',
          '-XX:+UseSerialGC',
          '-XX:TieredStopAtLevel=1',
          // What the tests write need not survive the machine.
          '-Dzookeeper.forceSync=no',
          '-cp',
          '/usr/share/java/zookeeper.jar',
          'org.apache.zookeeper.server.quorum.QuorumPeerMain',
          configFile,
        ],
        { stdio: 'ignore', cwd: folder },
      ),
    () => serves(port),
  );
}

/** Whether it takes clients, and does not only listen: a server of 18.16 that it turns away when both start dies of that later. */
async function serves(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    // One that is just starting may take a connection and never answer.
    socket.setTimeout(1000, () => socket.destroy());
    socket.on('connect', () => socket.write('srvr'));
    socket.on('data', (data) => {
      text += data.toString();
    });
    socket.on('close', () => resolve(text.includes('Mode: standalone')));
    socket.on('error', () => resolve(false));
  });
}

/** Debian keeps servers where not every PATH leads. */
function serverEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, TZ: 'UTC' };
}

function processPart(run: () => ChildProcess, isReady: () => Promise<boolean>): ClusterPart {
  let child: ChildProcess | null = null;
  const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;
  return {
    async start() {
      child = run();
      for (let attempt = 0, deaths = 0; attempt < 450; attempt++) {
        const starting = child;
        // Somebody has killed it meanwhile.
        if (starting === null) return;
        if (starting.pid === undefined) throw await new Promise((resolve) => starting.once('error', resolve));
        if (hasEnded(starting)) {
          if (starting.signalCode === null || ++deaths > 5) {
            throw new Error(`${starting.spawnfile} ended with ${starting.exitCode ?? starting.signalCode}`);
          }
          child = run();
          continue;
        }
        // One that is just starting may take a connection and never answer on it.
        if (await Promise.race([isReady().catch(() => false), sleep(3000, false)])) return;
        await sleep(100);
      }
      throw new Error('a server did not start within 45 s');
    },
    hasDied: () => child !== null && hasEnded(child),
    async kill() {
      const ending = child;
      child = null;
      if (ending === null || hasEnded(ending)) return;
      const ended = new Promise((resolve) => ending.once('exit', resolve));
      ending.kill('SIGKILL');
      await ended;
    },
  };
}

function serverConfig({ http, tcp, interserver }: Ports, folder: string, more = ''): string {
  return `<?xml version="1.0"?>
<yandex>
  <logger><level>information</level><log>${folder}/server.log</log><errorlog>${folder}/errors.log</errorlog></logger>
  <listen_host>127.0.0.1</listen_host>
  <http_port>${http}</http_port>
  <tcp_port>${tcp}</tcp_port>
  <interserver_http_host>127.0.0.1</interserver_http_host>
  <interserver_http_port>${interserver}</interserver_http_port>
  <path>${folder}/data/</path>
  <tmp_path>${folder}/tmp/</tmp_path>
  <users_config>${folder}/users.xml</users_config>
  <default_profile>default</default_profile>
  <default_database>default</default_database>
  <timezone>UTC</timezone>
  <mark_cache_size>67108864</mark_cache_size>
  <max_concurrent_queries>100</max_concurrent_queries>
  ${more}
</yandex>
`;
}

/** @param at the place of the server among all, by shard, then replica */
function clusterConfig(
  own: Ports,
  all: readonly Ports[],
  { at, replicas, zookeeperPort }: { readonly at: number; readonly replicas: number; readonly zookeeperPort: number },
  folder: string,
): string {
  const shards = Array.from({ length: all.length / replicas }, (_, shard) => {
    const servers = all
      .slice(shard * replicas, (shard + 1) * replicas)
      .map(({ tcp }) => `<replica><host>127.0.0.1</host><port>${tcp}</port></replica>`);
    return `<shard><internal_replication>true</internal_replication>${servers.join('')}</shard>`;
  });
  return serverConfig(
    own,
    folder,
    `<remote_servers><${clusterName}>${shards.join('')}</${clusterName}></remote_servers>
  <zookeeper>
    <node><host>127.0.0.1</host><port>${zookeeperPort}</port></node>
    <session_timeout_ms>4000</session_timeout_ms>
  </zookeeper>
  <macros><shard>${Math.floor(at / replicas)}</shard><replica>node${at}</replica></macros>
  <distributed_ddl><path>/clickhouse/task_queue/ddl</path></distributed_ddl>`,
  );
}

/** Nodes talk to each other as \`default\`; administrators of tests are that, too. */
const usersConfig = `<?xml version="1.0"?>
<yandex>
  <profiles><default>
    <max_memory_usage>1000000000</max_memory_usage>
  </default></profiles>
  <quotas><default></default></quotas>
  <users>
    <default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default>
    <${clickhouseUser}>
      <password>${clickhousePassword.replaceAll('&', '&amp;')}</password>
      <networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota>
    </${clickhouseUser}>
  </users>
</yandex>
`;
