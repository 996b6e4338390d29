import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { parseLine } from '../../src/parse/parse-line.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const hook = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../hooks/${name}`, import.meta.url)), 'utf8');
const clock = { now: 1_795_000_000, zone: createSiteZone('UTC') };

/** Pieces that quoting can get wrong. */
const oddPieces = ['"', '\\', "'", '\n', '\t', ' ', ',', '=', '" module="x', "' time=1 ", '#012', 'é', '漢', '\u007f'];
const odd: fc.Arbitrary<string> = fc.constantFrom(...oddPieces);
const ascii: fc.Arbitrary<string> = fc.string({ unit: 'grapheme-ascii', minLength: 1 });
const anyText: fc.Arbitrary<string> = fc.string({ unit: 'grapheme', minLength: 1 });
const anyBytes: fc.Arbitrary<Uint8Array> = fc.uint8Array({ minLength: 1, maxLength: 3 });
/** A letter within another one, so that each of them makes sense without the other. */
const nested = fc.constantFrom(
  ...[
    [0xe0, 0xc2, 0x80, 0xa0, 0x80],
    [0xc3, 0xe2, 0x82, 0xac, 0xa9],
    [0xf0, 0x9f, 0xc3, 0xa9, 0x98, 0x80],
  ].map((bytes) => Uint8Array.from(bytes)),
);

interface Names {
  readonly user: Buffer;
  readonly module: Buffer;
  readonly path: Buffer;
}

/** Names of all that the pieces make; none holds NUL, as the system knows none. */
function namesOf(piece: fc.Arbitrary<string | Uint8Array>): fc.Arbitrary<Names[]> {
  const name = fc
    .array(piece, { minLength: 1, maxLength: 8 })
    .map((parts) => Buffer.from(Buffer.concat(parts.map((part) => Buffer.from(part))).filter((byte) => byte !== 0)))
    .filter((bytes) => bytes.length > 0 && !bytes.includes('\uFFFD'));
  return fc.array(fc.record({ user: name, module: name, path: name }), { minLength: 60, maxLength: 60 });
}

/** What a name becomes: control characters as their number, and all bytes beyond ASCII where they are not UTF-8. */
function written(bytes: Buffer, keepsBytes: boolean): string {
  const number = (byte: number): string => `#${byte.toString(8).padStart(3, '0')}`;
  const text = bytes.toString('utf8');
  const isUtf8 = Buffer.from(text).equals(bytes) || keepsBytes;
  const shown = isUtf8
    ? text
    : [...bytes].map((byte) => (byte < 128 ? String.fromCharCode(byte) : number(byte))).join('');
  return shown.replace(/[\u0001-\u001f\u007f]/g, (letter) => number(letter.charCodeAt(0)));
}

function expectRoundTrip(all: readonly Names[], lines: readonly string[], keepsBytes: boolean): void {
  expect(lines).toHaveLength(all.length);
  for (const [at, { user, module, path }] of all.entries()) {
    const outcome = parseLine(lines[at] ?? '', 'log', clock);
    const [u, m, p] = [user, module, path].map((name) => written(name, keepsBytes));
    expect(outcome).toMatchObject({
      kind: 'load',
      load: { user: u, module: m, path: p, timeUs: 1_790_000_000_000_001 },
    });
  }
}

const toLua = (bytes: Buffer): string => `"${[...bytes].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('')}"`;

/** The names that Lmod's hook uses of Lmod, for a Lua without it. */
const stubs = (all: readonly Names[]): string => `
function mode() return "load" end
function epoch() return 1790000000.000001 end
local user
local getenv = os.getenv
os.getenv = function(name) if name == "USER" then return user end if name == "MODTALLY_TRACKING" then return "tell" end end
local real = require
local hook = { apply = function() end }
package.loaded.Hook = hook
package.loaded.posix = { uname = function() return "n1" end }
package.loaded.Cosmic = { singleton = function() return { value = function() return false end } end }
local mt = { stackDepth = function() return 0 end }
package.loaded.FrameStk = { singleton = function() return { mt = function() return mt end, sn = function() return "x" end } end }
local text = io.open(arg[1]):read("*a")
for _, names in ipairs({${all.map(({ user, module, path }) => `{${toLua(user)},${toLua(module)},${toLua(path)}}`).join(',')}}) do
   user = names[1]
   hook.modtally = nil
   hook.apply = function() end
   assert((loadstring or load)(text))()
   hook.apply("load", { modFullName = names[2], fn = names[3] })
   hook.apply("finalize", "cmdfuncs.lua:(Load_Usr)      load")
end
`;

describe.each(['lua5.1', 'lua5.3', 'lua5.4'])("Lmod's hook, on %s", (lua) => {
  test('writes lines from which any user, module and path are read again', () => {
    const folder = temporaryFolder();
    const [hookFile, script] = [join(folder, 'hook.lua'), join(folder, 'test.lua')];
    writeFileSync(hookFile, hook('lmod.lua').replace('@CLUSTER@', '""').replace('@SOCKET@', '"/nowhere"'));
    fc.assert(
      fc.property(namesOf(fc.oneof(odd, anyText, anyBytes, nested)), (all) => {
        writeFileSync(script, stubs(all));
        const told = execFileSync('sh', ['-c', `exec ${lua} "$0" "$1" 2>&1`, script, hookFile], { encoding: 'utf8' });
        expectRoundTrip(all, told.trimEnd().split('\n'), false);
      }),
      { numRuns: 8 },
    );
  });
});

test("Environment Modules' hook writes lines from which any user, module and path are read again", () => {
  const folder = temporaryFolder();
  const [hookFile, script] = [join(folder, 'siteconfig.tcl'), join(folder, 'test.tcl')];
  writeFileSync(hookFile, hook('modules.tcl').replace('@CLUSTER@', '{}').replace('@SOCKET@', '/nowhere'));
  const toTcl = (bytes: Buffer): string =>
    `"${[...bytes.toString('utf8')].map((letter) => `\\U${(letter.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`).join('')}"`;
  fc.assert(
    // Environment Modules splits _LMFILES_ at colons: no path of it has one.
    fc.property(
      namesOf(
        fc.oneof(
          odd,
          ascii.map((text) => text.replaceAll(':', ';')),
        ),
      ),
      (all) => {
        writeFileSync(
          script,
          `encoding system utf-8
fconfigure stderr -encoding utf-8
proc currentState {what} { return load }
proc execute-modulefile {file module namevar spec} { return 0 }
proc renderSettings {} {}
proc cmdModuleLoad {uasked file module} { execute-modulefile $file $module v $module }
source [lindex $argv 0]
rename ::clock ::real_clock
proc ::clock {args} { return 1790000000000001 }
set ::env(MODTALLY_TRACKING) tell
${all
  .map(
    ({ user, module, path }) =>
      `set ::env(USER) ${toTcl(user)}\nset ::env(_LMFILES_) ${toTcl(path)}\ncmdModuleLoad 1 ${toTcl(path)} ${toTcl(module)}\nrenderSettings`,
  )
  .join('\n')}
`,
        );
        const told = execFileSync('sh', ['-c', 'exec tclsh8.6 "$0" "$1" 2>&1', script, hookFile], {
          encoding: 'utf8',
          env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8' },
        });
        expectRoundTrip(all, told.trimEnd().split('\n'), true);
      },
    ),
    { numRuns: 8 },
  );
});
