// Lighthouse's scores of a page of the app as it stands in a profile, on a phone of Lighthouse's own choice.
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { launchAlone } from './browser.mjs';
import { freePort, root } from './server.mjs';

const require = createRequire(path.join(root, 'tests/lighthouse/package.json'));
const categories = ['performance', 'accessibility', 'best-practices'];

/** { scores: { performance, … } from 0 to 100, faults: what takes points away }. */
export async function scoresOf(profile, url) {
  const lhr = (await reportOf(profile, url)) ?? (await reportOf(profile, url));
  if (!lhr) throw new Error(`${url}: Lighthouse has lost its own trace twice`);
  const scores = Object.fromEntries(categories.map((id) => [id, Math.round(lhr.categories[id].score * 100)]));
  return { scores, faults: categories.flatMap((id) => faultsOf(lhr, id)) };
}

/** Null where it has not seen the page begin: it asks to be run again. */
async function reportOf(profile, url) {
  const { default: lighthouse } = await import(pathToFileURL(require.resolve('lighthouse')));
  const port = await freePort();
  const end = await launchAlone(profile, port);
  try {
    const { lhr } = await lighthouse(url, { port, logLevel: 'error', onlyCategories: categories, disableStorageReset: true });
    if (lhr.runtimeError?.code === 'NO_NAVSTART') return null;
    if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`);
    return lhr;
  } finally {
    await end();
  }
}

function faultsOf({ categories: judged, audits }, id) {
  return judged[id].auditRefs
    .filter(({ id: audit, weight }) => weight > 0 && audits[audit].score !== null && audits[audit].score < 0.9)
    .map(({ id: audit }) => `${id}: ${audit} ${audits[audit].displayValue ?? ''} ${JSON.stringify(audits[audit].details?.items ?? []).slice(0, 600)}`);
}
