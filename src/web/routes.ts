import { apiRoutes } from './api-routes.ts';
import type { House } from './house.ts';
import type { Route } from './route.ts';
import { watchRoutes } from './watch-routes.ts';

/** All routes that there are. */
export function allRoutes(house: House): Route[] {
  const routes: Route[] = [];
  routes.push(...watchRoutes(house), ...apiRoutes(house, () => routes));
  return routes;
}
