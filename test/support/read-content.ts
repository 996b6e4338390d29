import type { LineSource } from '../../src/source/source.ts';

/** All of a source's content, as text. */
export async function readContent(source: LineSource): Promise<string> {
  const opened = await source.open();
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of opened.chunks(() => {})) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    await opened.close();
  }
}
