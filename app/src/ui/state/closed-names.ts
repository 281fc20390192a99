/** Where the app leaves what waits for the service worker. The same stand in sw/sw.ts; a test compares them. */
export const closed = {
  tag: 'deliver',
  lock: 'closed-app',
  cache: 'closed-app',
  file: '/closed/file',
  taken: '/closed/taken',
};
