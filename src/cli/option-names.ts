/** The options of all commands that a value follows; in a file of its own, so that help need not load the settings. */
export const optionsWithValue: readonly string[] = ['--store', '--config', '--tz'];
