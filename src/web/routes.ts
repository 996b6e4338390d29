import { apiRoutes } from './api-routes.ts';
import { assetRoutes } from './asset-routes.ts';
import type { House } from './house.ts';
import { loginRoutes } from './login-routes.ts';
import { pageRoute } from './page-route.ts';
import { pages } from './pages.ts';
import { providerRoutes } from './provider-routes.ts';
import type { Route } from './route.ts';
import { searchRoute } from './search-route.ts';
import { watchRoutes } from './watch-routes.ts';

/** All routes that there are. */
export function allRoutes(house: House): Route[] {
  const routes: Route[] = [];
  routes.push(
    ...pages.map((page) => pageRoute(house, page)),
    searchRoute(house),
    ...loginRoutes(house),
    ...providerRoutes(house, house.provider),
    ...assetRoutes(house),
    ...watchRoutes(house),
    ...apiRoutes(house, () => routes),
  );
  return routes;
}
