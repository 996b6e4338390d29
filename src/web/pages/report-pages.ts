import { allReports } from '../../app/run-report.ts';
import { leastRoleOf, reportsFor } from '../api-routes.ts';
import { renderClusters, renderDate, renderHidden } from '../filter-bar.ts';
import { hrefTo } from '../house.ts';
import { type Html, html, valueHtml } from '../html.ts';
import type { Page } from '../page-route.ts';
import { renderPanel } from '../panel.ts';
import { drawTimeLine } from '../pictures/time-line.ts';
import { questionParameters, readQuestion } from '../report-question.ts';
import type { Parameter } from '../route.ts';
import { tableFormats } from '../table-formats.ts';
import { textOf, type View, viewParameters } from '../view.ts';

type Report = (typeof allReports)[number];

/** Rows that a page shows of a report. */
const ROWS = 500;

/** The list of reports. */
export const reportsPage: Page = {
  path: '/reports',
  least: 'public',
  summary: 'all reports',
  query: viewParameters,
  content: async (view) => ({
    title: 'Reports',
    place: 'reports',
    body: html`<ul class="cards">${reportsFor(view.role).map(
      ({ name, summary }) =>
        html`<li><a class="card" href="${view.href(`/reports/${name}`)}"><strong>${name}</strong><span>${summary}</span></a></li>`,
    )}</ul>`,
  }),
};

/** A page for each report, with its filters and downloads. */
export const reportPages: readonly Page[] = allReports.map((report) => ({
  path: `/reports/${report.name}`,
  least: leastRoleOf(report.name),
  summary: report.summary,
  query: { ...viewParameters, ...questionParameters(report) },
  content: async (view) => ({
    title: report.name,
    kind: 'Report',
    place: 'reports',
    body: await renderReport(view, report),
  }),
}));

async function renderReport(view: View, report: Report): Promise<Html> {
  const question = readQuestion(report, view.query, view.site.zone);
  const table = await view.ask(report.name, question);
  const isOverTime = table.columns[0]?.key === 'period';
  return html`<p class="lead">${report.reading}</p>
<div class="panels"><section class="panel whole">${renderForm(view, report)}</section>
${renderPanel(view, table, {
  title: capitalize(report.summary),
  width: 'whole',
  most: ROWS,
  bars: table.columns.flatMap(({ isDrawn, key }) => (isDrawn === true || key === 'users' ? [key] : [])),
  ...(isOverTime ? { picture: drawTimeLine(table, report.summary, ROWS) } : {}),
})}</div>`;
}

/** Fields of the form that apply to patterns of names. */
const textFields = ['module', 'user', 'pattern'] as const;

function renderForm(view: View, report: Report): Html {
  const { query, names, site } = view;
  const fields = (report.options ?? []).map(({ name, fallback, meaning }) =>
    renderField(
      name,
      questionParameters(report)[name] ?? null,
      textOf(query[name]) ?? '',
      `${capitalize(name)} (${fallback || 'any'})`,
      meaning,
    ),
  );
  const isPublic = view.role === 'public';
  const downloads = Object.keys(tableFormats).map((format) => {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      for (const each of Array.isArray(value) ? value : [value]) parameters.append(name, String(each));
    }
    parameters.set('format', format);
    return html`<a href="${hrefTo(site, `/api/v1/reports/${report.name}`)}?${parameters.toString()}"${format === 'json' ? null : html` download`}>${format === 'csv' ? 'CSV' : format === 'parquet' ? 'Parquet' : format.toUpperCase()}</a>`;
  });
  return html`<form class="filters wide" action="${hrefTo(site, `/reports/${report.name}`)}" aria-label="Filters">
${renderHidden(fieldsNotShown(query, [...(report.options ?? []).map(({ name }) => name), ...(isPublic ? [] : textFields)]))}
${renderClusters(names.syshosts, textOf(query['cluster']) ?? '')}
${
  isPublic
    ? null
    : textFields.map((name) => {
        const value = query[name];
        const text = Array.isArray(value) ? String(value[0] ?? '') : '';
        return html`<label>${capitalize(name)} <input name="${name}" value="${valueHtml(text)}" placeholder="${name === 'module' ? 'gcc/%' : '%'}"></label>`;
      })
}
${renderDate('From', 'start', textOf(query['start']) ?? '')}
${renderDate('Until', 'end', textOf(query['end']) ?? '')}
${fields}
<button type="submit">Show</button>
<span class="downloads">Download ${downloads}</span>
</form>`;
}

/** What the query says beyond the fields of the form, of which each shows one value. */
function fieldsNotShown(query: View['query'], shown: readonly string[]): [string, string][] {
  const fields = ['cluster', 'start', 'end', ...shown];
  return Object.entries(query).flatMap(([name, value]) => {
    const values = Array.isArray(value) ? value : [value];
    return values.slice(fields.includes(name) ? 1 : 0).map((each): [string, string] => [name, String(each)]);
  });
}

function renderField(name: string, parameter: Parameter | null, value: string, label: string, meaning: string): Html {
  if (parameter?.enum !== undefined) {
    const chosen = value === '' ? String(parameter.default) : value;
    return html`<label title="${meaning}">${capitalize(name)} <select name="${name}">${parameter.enum.map(
      (choice) => html`<option${choice === chosen ? html` selected` : null}>${choice}</option>`,
    )}</select></label>`;
  }
  return html`<label title="${meaning}">${label} <input name="${name}" value="${valueHtml(value)}" size="8"></label>`;
}

function capitalize(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
