import { readCookie } from './cookies.ts';
import type { Kept } from './desk.ts';
import { type House, hrefTo } from './house.ts';
import { type Html, html, rawHtml } from './html.ts';
import type { PageInside } from './job.ts';
import type { Call } from './route.ts';
import type { Frame } from './view.ts';

/** A page of the dashboard. */
export interface PageContent {
  readonly title: string;
  /** What stands above the title: what kind of thing it is. */
  readonly kind?: string;
  /** The place in the navigation that it belongs to. */
  readonly place: string;
  readonly body: Html;
  /** What stands beside the title. */
  readonly filters?: Html;
}

const THEME_COOKIE = 'modtally_theme';

/** The theme that somebody has chosen; empty for that of their system. */
export function themeOf({ request }: Pick<Call, 'request'>): string {
  const theme = readCookie(request.headers.cookie, THEME_COOKIE);
  return theme === 'dark' || theme === 'light' ? theme : '';
}

/** A whole page, with all that stands on each. */
export function renderPage(
  house: House,
  view: Frame,
  call: Call,
  { title, kind, place, body, filters, asOf }: Omit<PageInside, 'users'> & Pick<Kept<PageInside>, 'asOf'>,
): string {
  const { visitor } = call;
  const places = [
    ['overview', '/', 'Overview', 'public'],
    ['modules', '/modules', 'Modules', 'public'],
    ['users', '/users', 'Users', 'analyst'],
    ['clusters', '/clusters', 'Clusters', 'public'],
    ['catalogue', '/catalogue', 'Catalogue', 'analyst'],
    ['reports', '/reports', 'Reports', 'public'],
  ] as const;
  const links = places.flatMap(([name, path, text, least]) =>
    view.isFor(least)
      ? [html`<li><a href="${view.href(path)}"${name === place ? html` aria-current="page"` : null}>${text}</a></li>`]
      : [],
  );
  return renderDocument(house, call, {
    title: `${title} – modtally`,
    body: html`<a class="skip" href="#content">Skip to the content</a>
<header class="top">
<a class="brand" href="${view.href('/')}">${mark}<span>modtally</span></a>
<nav aria-label="Main"><ul>${links}</ul></nav>
<form class="search" role="search" action="${hrefTo(house, '/search')}">
<label class="unseen" for="search">Search modules${view.isFor('analyst') ? ', users' : ''} and clusters</label>
<input id="search" name="q" type="search" placeholder="Search  /" autocomplete="off" maxlength="200" data-search="${hrefTo(house, '/api/v1/search')}" data-pages="${hrefTo(house, '/')}">
</form>
<div class="account">
<button type="button" class="theme" hidden aria-label="Switch between dark and light"></button>
${
  visitor.by === 'session'
    ? html`<form method="post" action="${hrefTo(house, '/logout')}"><button type="submit" title="${visitor.name} (${view.role})">Sign out</button></form>`
    : visitor.by === 'nothing'
      ? html`<a href="${hrefTo(house, '/login')}">Sign in</a>`
      : html`<span title="${view.role}">${visitor.name}</span>`
}
</div>
</header>
<main id="content" tabindex="-1">
<div class="head"><div>${kind === null ? null : html`<p class="kind">${kind}</p>`}<h1>${title}</h1></div>${rawHtml(filters)}</div>
${asOf === null ? null : html`<p class="as-of" role="status">As of ${house.zone.toDateTime(asOf / 1000)}. Newer data has come in and is being added up: <a href="">look again</a>.</p>`}
${rawHtml(body)}
</main>
<footer class="bottom"><p>You see ${seenBy[view.role]}. <a href="${hrefTo(house, '/api/v1/openapi.json')}">API</a></p></footer>`,
  });
}

const seenBy = {
  public: 'what is public: no names, and no small numbers',
  analyst: 'pseudonyms instead of names',
  staff: 'names: they are personal data, and that you have seen them is written down',
} as const;

/** A document around a body. All that it needs comes from here. */
export function renderDocument(
  house: House,
  call: Pick<Call, 'request'>,
  { title, body, refresh }: { readonly title: string; readonly body: Html; readonly refresh?: string },
): string {
  const theme = themeOf(call);
  const asset = (name: string): string => hrefTo(house, `/assets/${name}`);
  // Its end stands apart: rolldown rewrites a tagged template that has it, by way of a package that is not there.
  const script = (name: string): Html => html`<script src="${asset(name)}" defer>${rawHtml('</script>')}`;
  return html`<!doctype html>
<html lang="en"${theme === '' ? null : html` data-theme="${theme}"`}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">${
    refresh === undefined
      ? null
      : html`
<meta http-equiv="refresh" content="0;url=${refresh}">`
  }
<title>${title}</title>
<link rel="icon" href="${asset('mark.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${asset('uplot.css')}">
<link rel="stylesheet" href="${asset('style.css')}">
${script('uplot.js')}
${script('page.js')}
</head>
<body>
${body}
</body>
</html>
`.text;
}

/** The sign of the program: five strokes of a tally. */
const mark: Html = html`<svg class="mark" viewBox="0 0 24 24" aria-hidden="true"><path d="M5 4v16M10 4v16M15 4v16M20 4v16M2 16 23 8"/></svg>`;
