import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readVersion } from '../app/version.ts';
import { formatManPage } from './man-page.ts';
import { collectManPages } from './man-pages.ts';

/** Writes the manual pages of all commands into man/, as the build's last step. */
const folder = new URL('../../man/', import.meta.url);
const edition = { version: readVersion(), date: new Date().toISOString().slice(0, 10) };
mkdirSync(fileURLToPath(folder), { recursive: true });
for (const page of await collectManPages()) {
  writeFileSync(new URL(`${page.name}.1`, folder), formatManPage(page, edition));
}
