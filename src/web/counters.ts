/** What the server has done since it began, for monitoring. Nothing of it tells of persons or of modules. */
export class Counters {
  readonly #startedAt = Date.now();
  readonly #responses = new Map<string, number>();
  readonly #seconds = new Map<string, number>();
  failures = 0;
  /** Requests that are being answered. */
  open = 0;

  countResponse(route: string, status: number, seconds: number): void {
    const labels = `route="${route}",status="${status}"`;
    this.#responses.set(labels, (this.#responses.get(labels) ?? 0) + 1);
    this.#seconds.set(route, (this.#seconds.get(route) ?? 0) + seconds);
  }

  /** In the text format of Prometheus. */
  format(): string {
    const memory = process.memoryUsage();
    const cpu = process.cpuUsage();
    const lines = [
      ...metric('modtally_http_responses_total', 'counter', 'Responses, by route and status.', this.#responses),
      ...metric(
        'modtally_http_seconds_total',
        'counter',
        'Seconds that responses took, by route.',
        quoteRoutes(this.#seconds),
      ),
      ...metric('modtally_login_failures_total', 'counter', 'Tokens and logins that were refused.', this.failures),
      ...metric('process_start_time_seconds', 'gauge', 'When the server began.', this.#startedAt / 1000),
      ...metric('process_resident_memory_bytes', 'gauge', 'Memory that the server has.', memory.rss),
      ...metric('process_cpu_seconds_total', 'counter', 'Processor time so far.', (cpu.user + cpu.system) / 1e6),
    ];
    return `${lines.join('\n')}\n`;
  }
}

function metric(name: string, type: string, help: string, values: number | ReadonlyMap<string, number>): string[] {
  const samples =
    typeof values === 'number'
      ? [`${name} ${values}`]
      : [...values].map(([labels, value]) => `${name}{${labels}} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples];
}

function quoteRoutes(values: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...values].map(([route, value]) => [`route="${route}"`, value]));
}
