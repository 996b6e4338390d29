import { escapeHtml, escapeValue } from '../view/html.ts';

/** Text that is HTML already. Only `html` and `rawHtml` make it, so that what comes from a log never is. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: text, which is escaped, HTML, several of these, or nothing. */
export type Part = string | number | Html | null | false | readonly Part[];

/** A template of HTML: html`<p>${text}</p>`. Attributes stand between double quotes. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, index) => text + textOf(parts[index] ?? null)).join(''));
}

/** A text that is HTML by the hand of whoever wrote the program. */
export function rawHtml(text: string): Html {
  return new Html(text);
}

/** The value of a field, or of a choice, as it is to come back. */
export function valueHtml(text: string): Html {
  return new Html(escapeValue(text));
}

function textOf(part: Part): string {
  if (part === null || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(textOf).join('');
  return escapeHtml(String(part));
}
