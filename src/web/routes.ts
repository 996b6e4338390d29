import { apiRoutes } from './api-routes.ts';
import { assetRoutes } from './asset-routes.ts';
import type { House } from './house.ts';
import { loginRoutes } from './login-routes.ts';
import { pageRoute } from './page-route.ts';
import { clusterPage } from './pages/cluster-page.ts';
import { cataloguePage, clustersPage, modulesPage, usersPage } from './pages/lists.ts';
import { modulePage } from './pages/module-page.ts';
import { overview } from './pages/overview.ts';
import { reportPages, reportsPage } from './pages/report-pages.ts';
import { searchPage } from './pages/search-page.ts';
import { userPage } from './pages/user-page.ts';
import { providerRoutes } from './provider-routes.ts';
import type { Route } from './route.ts';
import { watchRoutes } from './watch-routes.ts';

const pages = [
  overview,
  modulesPage,
  modulePage,
  usersPage,
  userPage,
  clustersPage,
  clusterPage,
  cataloguePage,
  reportsPage,
  ...reportPages,
  searchPage,
];

/** All routes that there are. */
export function allRoutes(house: House): Route[] {
  const routes: Route[] = [];
  routes.push(
    ...pages.map((page) => pageRoute(house, page)),
    ...loginRoutes(house),
    ...providerRoutes(house, house.provider),
    ...assetRoutes(house),
    ...watchRoutes(house),
    ...apiRoutes(house, () => routes),
  );
  return routes;
}
