/** Puts the figures of bench/results.json, a run of the full size, between the marks of docs/performance.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createSiteZone } from '../src/core/site-zone.ts';
import { formatMarkdown } from '../src/view/markdown.ts';
import { figuresTable, notesTable } from './figures-table.ts';
import type { Results } from './results.ts';

const [BEGIN, END] = ['<!-- figures: npm run bench:docs -->', '<!-- /figures -->'];
const document = 'docs/performance.md';

const results: Results = JSON.parse(readFileSync('bench/results.json', 'utf8'));
if (results.size !== 'full') throw new Error(`bench/results.json is of the size ${results.size}`);
const text = readFileSync(document, 'utf8');
const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
if (begin < 0 || end < begin) throw new Error(`${document} has no place for figures`);
const { machine } = results;
const utc = createSiteZone('UTC');
const figures = [
  `Measured on ${results.measuredAt.slice(0, 10)}: ${machine.cores} cores of ${machine.processor}, ${machine.memoryGib} GiB of memory, ${machine.system}, Node ${machine.node}, MariaDB ${machine.mariadb}. When the run began, ${machine.load} processes wanted a core.`,
  formatMarkdown(figuresTable(results), utc),
  'More of the same runs:',
  formatMarkdown(notesTable(results), utc),
].join('\n\n');
writeFileSync(document, `${text.slice(0, begin)}${BEGIN}\n\n${figures}\n${text.slice(end)}`);
