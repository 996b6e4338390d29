import { defineConfig, type RolldownOptions } from 'rolldown';

/**
 * What the commands run. Node looks up and reads each module by itself, which for our own files and the 180 of DuckDB's
 * driver takes longer than all else that a report does. Other packages are loaded as they are, where they are needed.
 */
const config: RolldownOptions = defineConfig({
  input: {
    modtally: 'dist/cli/main.js',
    legacy: 'dist/legacy/main.js',
    'scan-worker': 'dist/ingest/scan/scan-worker.js',
    'feed-process': 'dist/listen/feed-process.js',
    'job-process': 'dist/web/job-process.js',
  },
  platform: 'node',
  // All packages but DuckDB's driver.
  external: /^(?!@duckdb\/node-api$|dist\/)[@\w]/,
  // As deep in the package as the files that it is made of: what lies beside them is found by its relative path.
  output: { dir: 'dist/bundle', chunkFileNames: '[name].js' },
});

export default config;
