import { existsSync } from 'node:fs';
import type { Diagnosis } from '../core/diagnosis.ts';
import { setupCommand } from '../setup/setup-command.ts';
import type { InstalledPiece } from './installed-piece.ts';

/** Whether what was set up on this host is as this version would set it up. */
export function checkSetup(pieces: readonly InstalledPiece[]): Diagnosis[] {
  if (pieces.length === 0) {
    return [
      {
        check: 'setup',
        verdict: 'warning',
        finding: 'nothing of the chain was set up by modtally on this host',
        mend: 'See docs/chain.md: modtally setup lmod --install, modtally setup rsyslog --install.',
      },
    ];
  }
  return pieces.map(checkPiece);
}

function checkPiece(piece: InstalledPiece): Diagnosis {
  const { name, path, version, choices, state, mode } = piece;
  const again = setupCommand(name, choices);
  const found = (verdict: Diagnosis['verdict'], finding: string, mend: string): Diagnosis => ({
    check: 'setup',
    verdict,
    finding: `${path} ${finding}`,
    mend,
  });
  if ((mode & 0o022) !== 0) return found('failed', 'can be changed by others than its owner', `chmod go-w ${path}`);
  if ((mode & 0o004) === 0) return found('failed', 'cannot be read by everybody', `chmod a+r ${path}`);
  const gone = [choices.node, choices.program].find((program) => program !== undefined && !existsSync(program));
  if (gone !== undefined) return found('failed', `calls ${gone}, which is gone`, again);
  if (state === 'edited') return found('warning', 'has been edited', `${again} --force, or leave it as it is`);
  if (state === 'outdated') return found('warning', `is of modtally ${version} and out of date`, again);
  return found('ok', 'is current', '');
}
