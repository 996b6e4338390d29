import { AppError } from '../core/app-error.ts';
import { readMonths, readWholeNumber } from '../core/whole-number.ts';

/** An option that one report has and others have not, declared in the report's file; doors take it from there. */
export interface ReportOption<T = unknown> {
  /** One word: `idle` is `--idle`. */
  readonly name: string;
  /** What stands for its value in help. */
  readonly hint: string;
  /** What it does, in a line. */
  readonly meaning: string;
  /** The text that counts where the option is not given. */
  readonly fallback: string;
  /** The value of a text, null where it is none. */
  read(text: string): T | null;
}

/** Texts of options as they were given, by name. */
export type OptionTexts = Readonly<Record<string, string>>;

/**
 * The value of an option.
 * @throws AppError USAGE where the text is none
 */
export function optionValue<T>(texts: OptionTexts, option: ReportOption<T>): T {
  const text = texts[option.name] ?? option.fallback;
  const value = option.read(text);
  if (value !== null) return value;
  throw new AppError('USAGE', `--${option.name}: ${text} is no ${option.hint}`, {
    hint: `--${option.name}: ${option.meaning}.`,
  });
}

/** An option that takes one of some words. The first is the default unless another is named. */
export function choiceOption<const T extends string>(
  name: string,
  choices: readonly [T, ...T[]],
  meaning: string,
  fallback: NoInfer<T> = choices[0],
): ReportOption<T> {
  return {
    name,
    hint: choices.join('|'),
    meaning,
    fallback,
    read: (text) => choices.find((choice) => choice === text) ?? null,
  };
}

/** An option that takes a number of calendar months. */
export function monthsOption(name: string, fallback: number, meaning: string): ReportOption<number> {
  return { name, hint: 'MONTHS', meaning, fallback: String(fallback), read: readMonths };
}

/** An option that takes a part of a whole in per cent; its value is between 0 and 1. */
export function percentOption(name: string, fallback: number, meaning: string): ReportOption<number> {
  return {
    name,
    hint: 'PERCENT',
    meaning,
    fallback: String(fallback),
    read: (text) => (/^\d{1,3}(?:\.\d+)?$/.test(text) && Number(text) <= 100 ? Number(text) / 100 : null),
  };
}

/** An option that takes a whole number. */
export function numberOption(name: string, hint: string, fallback: number, meaning: string): ReportOption<number> {
  return { name, hint, meaning, fallback: String(fallback), read: (text) => readWholeNumber(text, 9) };
}
