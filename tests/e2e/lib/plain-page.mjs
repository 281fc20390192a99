// A page of an engine that Playwright does not drive: what a person sees of it, by data-testid, and does to
// it with a real pointer and real keys. The engine's driver gives `evaluate`, `act` (actions of WebDriver),
// `goto`, `picture` and `kill`.
import { writeFileSync } from 'node:fs';

import { waitFor } from './server.mjs';

/** Runs in the page: the first thing on the screen with this data-testid and these words, and where its middle is. */
function look(testId, words, attributes) {
  const isShown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !element.closest('[inert]');
  const isWanted = (element) =>
    element.textContent.includes(words) && Object.entries(attributes).every(([key, value]) => element.dataset[key] === value);
  const all = [...document.querySelectorAll(`[data-testid="${testId}"]`)].filter((element) => isShown(element) && isWanted(element));
  const [element] = all;
  if (!element) return { count: 0 };
  element.scrollIntoView({ block: 'nearest' });
  const { x, y, width, height } = element.getBoundingClientRect();
  const [middle, centre] = [Math.round(x + width / 2), Math.round(y + height / 2)];
  return { count: all.length, text: element.textContent, x: middle, y: centre, isFree: element.contains(document.elementFromPoint(middle, centre)) };
}

export class PlainPage {
  /** What is shown of `testId` with these words and these data- attributes: { count, text }. */
  see(testId, words = '', attributes = {}) {
    return this.evaluate(look, testId, words, attributes);
  }

  async waitFor(testId, words = '', attributes = {}, millis = 30_000) {
    const isThere = async () => {
      const seen = await this.see(testId, words, attributes);
      return seen.count > 0 ? seen : null;
    };
    try {
      return await waitFor(`${testId} "${words}" ${JSON.stringify(attributes)}`, isThere, millis);
    } catch (error) {
      throw new Error(`${error.message}; the page says: ${await this.evaluate(() => document.body.innerText.slice(0, 1000))}`);
    }
  }

  /** Once it stands still and nothing is upon it. */
  async click(testId, words = '') {
    let last = null;
    const { x, y } = await waitFor(`${testId} "${words}" to be pressed`, async () => {
      const seen = await this.see(testId, words);
      const stands = seen.isFree && seen.x === last?.x && seen.y === last?.y;
      last = seen;
      return stands ? seen : null;
    });
    const press = [{ type: 'pointerMove', x, y, duration: 0, origin: 'viewport' }, { type: 'pointerDown', button: 0 }, { type: 'pointerUp', button: 0 }];
    await this.act([{ type: 'pointer', id: 'finger', parameters: { pointerType: 'mouse' }, actions: press }]);
  }

  async type(testId, text) {
    await this.click(testId);
    const keys = [...text].flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }]);
    await this.act([{ type: 'key', id: 'keys', actions: keys }]);
  }

  /** As Playwright's pages have it. */
  async screenshot({ path }) {
    writeFileSync(path, await this.picture());
  }
}
