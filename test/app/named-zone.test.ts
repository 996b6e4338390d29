import { afterEach, expect, test, vi } from 'vitest';
import { namedZone } from '../../src/app/settings.ts';
import { createSiteZone, systemSiteZone } from '../../src/core/site-zone.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test("the system's zone is known by its name to whoever has but that; one without a name is refused", () => {
  vi.stubEnv('TZ', 'America/Chicago');
  expect(namedZone(systemSiteZone()).toIso(0)).toBe(createSiteZone('America/Chicago').toIso(0));
  vi.stubEnv('TZ', 'Venus');
  expect(() => namedZone(systemSiteZone())).toThrow(expect.objectContaining({ code: 'BAD_ZONE' }));
});
