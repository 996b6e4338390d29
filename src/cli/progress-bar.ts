import { stat } from 'node:fs/promises';

/** How far a long work has come, told in a line on a terminal. */
export interface Bar {
  /**
   * @param share what is done of it, from 0 to 1
   * @param describe what stands behind the bar, by the seconds since it began
   */
  readonly show: (share: number, describe: (seconds: number) => string) => void;
  /** Clears the line. */
  readonly end: () => void;
}

/** How far the reading of files has come. */
export interface ProgressBar {
  readonly advance: (bytes: number, lines: number) => void;
  readonly end: Bar['end'];
}

const REDRAW_MS = 200;
const WIDTH = 24;

export function createBar(isShown: boolean): Bar {
  if (!isShown) return { show: () => {}, end: () => {} };
  const startedAt = performance.now();
  let drawnAt = startedAt;
  return {
    show(share, describe) {
      const now = performance.now();
      if (now - drawnAt < REDRAW_MS) return;
      drawnAt = now;
      const full = Math.round(share * WIDTH);
      const text = `[${'='.repeat(full)}${' '.repeat(WIDTH - full)}] ${describe((now - startedAt) / 1000)}`;
      process.stderr.write(`\r\u001b[K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
    },
    end() {
      process.stderr.write('\r\u001b[K');
    },
  };
}

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
  const bar = createBar(true);
  let bytes = 0;
  let lines = 0;
  return {
    advance(moreBytes, moreLines) {
      bytes += moreBytes;
      lines += moreLines;
      const share = total === 0 ? 0 : Math.min(1, bytes / total);
      bar.show(share, (seconds) => {
        const left = share === 0 ? '' : `, ${formatSeconds((seconds / share) * (1 - share))} left`;
        const ofTotal = total === 0 ? '' : ` of ${formatBytes(total)}`;
        return `${formatBytes(bytes)}${ofTotal}, ${Math.round(lines / seconds / 1000)}k lines/s${left}`;
      });
    },
    end: bar.end,
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

export function formatSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
