/** A metric, and what it is now. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  /** One value, or one for each value of a label. */
  readonly value: number | { readonly label: string; readonly of: Readonly<Record<string, number>> };
}

/** Metrics in the text form of Prometheus, https://prometheus.io/docs/instrumenting/exposition_formats/. */
export function formatMetrics(metrics: readonly Metric[]): string {
  return metrics
    .flatMap(({ name, help, type, value }) => {
      const samples =
        typeof value === 'number'
          ? [`${name} ${value}`]
          : Object.entries(value.of).map(([key, number]) => `${name}{${value.label}="${escaped(key)}"} ${number}`);
      return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples];
    })
    .join('\n')
    .concat('\n');
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
