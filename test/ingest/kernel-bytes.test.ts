import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('the kernel that is used is the one that its source says', () => {
  const script = fileURLToPath(new URL('../../script/build-kernel', import.meta.url));
  const { status, stdout, stderr } = spawnSync(script, ['--check'], { encoding: 'utf8' });
  expect({ status, stdout, stderr: stderr.replace(/^npm warn .*\n/gm, '') }).toEqual({
    status: 0,
    stdout: '',
    stderr: '',
  });
});
