import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { isUnchanged } from './entity-tag.ts';
import type { House } from './house.ts';
import type { Route } from './route.ts';

/** Names of the assets, where each lies, and what it is. The picture library lies in its package, with its licence. */
const assets: Readonly<Record<string, readonly [file: string, mediaType: string]>> = {
  'style.css': [ownFile('style.css'), 'text/css; charset=utf-8'],
  'page.js': [ownFile('page.js'), 'text/javascript; charset=utf-8'],
  'mark.svg': [ownFile('mark.svg'), 'image/svg+xml'],
  'uplot.js': [packageFile('uplot/dist/uPlot.iife.min.js'), 'text/javascript; charset=utf-8'],
  'uplot.css': [packageFile('uplot/dist/uPlot.min.css'), 'text/css; charset=utf-8'],
  'uplot-licence.txt': [packageFile('uplot/LICENSE'), 'text/plain; charset=utf-8'],
};

/** A file that pages need, held ready as it is sent. */
interface Asset {
  readonly mediaType: string;
  readonly tag: string;
  readonly plain: Buffer;
  readonly brotli: Buffer;
  readonly gzip: Buffer;
}

/** The files that pages need. */
export function assetRoutes(_house: House): Route[] {
  return Object.entries(assets).map(([name, [file, mediaType]]) => {
    const asset = readAsset(file, mediaType);
    return {
      method: 'GET',
      path: `/assets/${name}`,
      least: 'nobody',
      kind: 'file',
      summary: `the file ${name}`,
      query: {},
      types: [mediaType],
      answer: async ({ request, reply }) => {
        reply
          .header('cache-control', 'public, max-age=300')
          .header('vary', 'accept-encoding')
          .header('etag', asset.tag);
        if (isUnchanged(request, asset.tag)) return reply.code(304).send();
        const accepted = request.headers['accept-encoding'] ?? '';
        const encoding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : null;
        if (encoding !== null) reply.header('content-encoding', encoding);
        return reply
          .type(asset.mediaType)
          .send(encoding === 'br' ? asset.brotli : encoding === 'gzip' ? asset.gzip : asset.plain);
      },
    };
  });
}

function readAsset(file: string, mediaType: string): Asset {
  const plain = readFileSync(file);
  const tag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
  return { mediaType, tag, plain, brotli: brotliCompressSync(plain), gzip: gzipSync(plain) };
}

function ownFile(name: string): string {
  return fileURLToPath(new URL(`./assets/${name}`, import.meta.url));
}

function packageFile(name: string): string {
  return createRequire(import.meta.url).resolve(name);
}
