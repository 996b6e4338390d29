import type { ResultTable } from '../core/result-table.ts';
import { type Html, html } from './html.ts';
import { renderNotes, renderTable, type TableOptions } from './table-html.ts';
import type { View } from './view.ts';

export interface PanelOptions extends Omit<TableOptions, 'caption'> {
  readonly title: string;
  /** What it tells, in a sentence. */
  readonly text?: string;
  /** A picture of the table, which then can be opened below it. */
  readonly picture?: Html;
  /** Where the whole of it is. */
  readonly href?: string;
  /** How much of the page's width it takes. */
  readonly width?: 'half' | 'whole';
  readonly hidesNotes?: boolean;
}

/** A part of a page: a table, and where one is drawn, its picture. */
export function renderPanel(view: View, table: ResultTable, options: PanelOptions): Html {
  const { title, text, picture, href, width = 'half', hidesNotes = false, ...others } = options;
  const rows = renderTable(view, table, { caption: title, ...others });
  return html`<section class="panel ${width}">
<header><h2>${title}</h2>${href === undefined ? null : html`<a class="more" href="${href}">All<span class="unseen"> of ${title}</span></a>`}</header>
${text === undefined ? null : html`<p class="text">${text}</p>`}
${picture === undefined || table.rows.length === 0 ? rows : html`<figure>${picture}<details class="data"><summary>Table<span class="unseen"> of ${title}</span></summary>${rows}</details></figure>`}
${hidesNotes ? null : renderNotes(table)}</section>`;
}
