import { stat } from 'node:fs/promises';

/** How far a long work has come, told on a terminal. */
export interface ProgressBar {
  readonly advance: (bytes: number, lines: number) => void;
  /** Clears the line. */
  readonly end: () => void;
}

const REDRAW_MS = 200;
const WIDTH = 24;

/** A bar for reading files: bytes, lines a second, time left. */
export async function createProgressBar(files: readonly string[], isShown: boolean): Promise<ProgressBar> {
  if (!isShown) return { advance: () => {}, end: () => {} };
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const startedAt = performance.now();
  let bytes = 0;
  let lines = 0;
  let drawnAt = startedAt;

  function draw(now: number): void {
    const seconds = (now - startedAt) / 1000;
    const share = total === 0 ? 0 : Math.min(1, bytes / total);
    const full = Math.round(share * WIDTH);
    const left = share === 0 ? '' : `, ${formatSeconds((seconds / share) * (1 - share))} left`;
    const text = `[${'='.repeat(full)}${' '.repeat(WIDTH - full)}] ${formatBytes(bytes)}${
      total === 0 ? '' : ` of ${formatBytes(total)}`
    }, ${Math.round(lines / seconds / 1000)}k lines/s${left}`;
    process.stderr.write(`\r\u001b[K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
  }

  return {
    advance(moreBytes, moreLines) {
      bytes += moreBytes;
      lines += moreLines;
      const now = performance.now();
      if (now - drawnAt < REDRAW_MS) return;
      drawnAt = now;
      draw(now);
    },
    end() {
      process.stderr.write('\r\u001b[K');
    },
  };
}

function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

function formatSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
