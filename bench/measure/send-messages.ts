import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createConnection } from 'node:net';

/**
 * Sends messages to a listener, in a process of its own: `send-messages PROTOCOL PORT PER_SECOND SECONDS`. Each is like
 * no other. Prints how many were handed to the kernel, and within how many seconds.
 */
const [protocol = '', port = '', perSecond = '', seconds = ''] = process.argv.slice(2);
const total = Number(perSecond) * Number(seconds);
const TICK_MS = 10;

function message(index: number): string {
  const user = `u${(index * 7919) % 1600}`;
  const module = `m${(index * 31) % 548}`;
  const time = `${1_767_000_000 + Math.floor(index / 1000)}.${String(index % 1000).padStart(3, '0')}000`;
  const host = `n${index % 900}.hive.site`;
  return (
    `<14>Dec 29 09:20:00 n${index % 900} ModuleUsageTracking: user=${user} module=${module}/1.2.3 ` +
    `path=/apps/modulefiles/Core/${module}/1.2.3.lua host=${host} time=${time}`
  );
}

/** Calls back at an even pace, with the numbers of the messages that are due. */
async function atPace(send: (from: number, to: number) => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.ceil(((performance.now() - startedAt) / 1000) * Number(perSecond)));
    if (due > sent) await send(sent, due);
    sent = due;
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  return (performance.now() - startedAt) / 1000;
}

async function sendStream(): Promise<number> {
  const sockets = Array.from({ length: 4 }, () => createConnection({ port: Number(port), host: '127.0.0.1' }));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  const took = await atPace(async (from, to) => {
    const parts: string[][] = sockets.map(() => []);
    for (let index = from; index < to; index++) parts[index % sockets.length]?.push(message(index));
    await Promise.all(
      sockets.map(async (socket, index) => {
        const texts = parts[index] ?? [];
        // Both framings, one connection each in turn.
        const framed =
          index % 2 === 0 ? texts.map((text) => `${text}\n`) : texts.map((text) => `${text.length} ${text}`);
        if (!socket.write(framed.join(''), 'latin1')) await once(socket, 'drain');
      }),
    );
  });
  for (const socket of sockets) socket.end();
  await Promise.all(sockets.map((socket) => once(socket, 'close')));
  return took;
}

async function sendDatagrams(): Promise<number> {
  const socket = createSocket('udp4');
  socket.connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  const took = await atPace(async (from, to) => {
    for (let index = from; index < to; index++) socket.send(message(index));
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  socket.close();
  return took;
}

const took = protocol === 'udp' ? await sendDatagrams() : await sendStream();
process.stdout.write(`${JSON.stringify({ sent: total, seconds: took })}\n`);
