import type { Page } from './page-route.ts';
import { clusterPage } from './pages/cluster-page.ts';
import { cataloguePage, clustersPage, modulesPage, usersPage } from './pages/lists.ts';
import { modulePage } from './pages/module-page.ts';
import { overview } from './pages/overview.ts';
import { reportPages, reportsPage } from './pages/report-pages.ts';
import { userPage } from './pages/user-page.ts';

/** All pages of the dashboard whose content is worked out from the store. */
export const pages: readonly Page[] = [
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
];
