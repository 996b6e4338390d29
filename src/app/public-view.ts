/** What doors need to know of the public's view. */
export { publicReportNames } from '../privacy/public-reports.ts';
