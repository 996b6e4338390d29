import type { Diagnosis } from '../core/diagnosis.ts';
import { syshostOfHost } from '../core/syshost.ts';
import { readKeyValues } from '../parse/key-values.ts';
import { loadTestModule, type ModuleSystem } from './module-system.ts';

/** Whether a module system finds its hook, what the hook says of a load, and which cluster that will be. */
export function checkHook(system: ModuleSystem): Diagnosis[] {
  const { title, setup } = system;
  const { status, stderr } = loadTestModule(system, 'modtally-doctor/hook', { MODTALLY_TRACKING: 'tell' });
  const line = stderr.split('\n').find((text) => text.includes('module=modtally-doctor/hook'));
  if (line === undefined) {
    const why = status === 0 ? '' : `: ${stderr.trim().split('\n', 1)[0] ?? ''}`;
    return [
      {
        check: 'hook',
        verdict: 'failed',
        finding: `${title} loads modules and the hook says nothing${why}`,
        mend:
          setup === 'lmod'
            ? 'modtally setup lmod --install; before Lmod 8.5.23, --folder and LMOD_PACKAGE_PATH name the same folder'
            : 'modtally setup modules --install; module config siteconfig tells the folder for --folder',
      },
    ];
  }
  const { host = '', syshost } = readKeyValues(line, 0);
  const cluster = syshost ?? syshostOfHost(host);
  const found: Diagnosis = {
    check: 'hook',
    verdict: 'ok',
    finding: `${title} has it, for cluster ${cluster}`,
    mend: '',
  };
  if (syshost !== undefined || cluster !== host) return [found];
  return [
    {
      ...found,
      verdict: 'warning',
      finding: `nothing tells ${title} its cluster: the node ${host} counts as one`,
      mend: `modtally setup ${setup} --cluster NAME --install`,
    },
  ];
}
