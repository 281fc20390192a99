// What a machine can find about access for everybody: axe-core's findings, sideways scrolling, targets too
// small for a finger, fields that the browser remembers, focus that nobody sees, and the contrast of one
// element's words.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { root, waitFor } from './server.mjs';

const require = createRequire(path.join(root, 'app/package.json'));
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Throws with every finding of the screen as it is. */
export async function audit(page, name) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((runOnly) => globalThis.axe.run({ runOnly }), rules);
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.any[0]?.message ?? ''}`).join(' | ')}`);
  if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) found.push('the page is wider than the screen');
  found.push(...(await smallTargets(page)), ...(await rememberedFields(page)));
  if (found.length > 0) throw new Error(`${name}: ${found.join('\n')}`);
}

/** What a finger is to hit, on a screen that is touched, and is less than 44 px wide or high, drawn or not. */
function smallTargets(page) {
  return page.evaluate((least) => {
    if (!matchMedia('(pointer: coarse)').matches) return [];
    // What a list cuts off at its edge is whole once it is scrolled; at the end of the list it must be whole as it is.
    const isScrolledOff = (target, y) => {
      for (let list = target.parentElement; list; list = list.parentElement) {
        const { top, bottom } = list.getBoundingClientRect();
        if (!/auto|scroll/.test(getComputedStyle(list).overflowY)) continue;
        if (y < top && list.scrollTop > 0) return true;
        if (y > bottom && list.scrollTop + list.clientHeight < list.scrollHeight - 1) return true;
      }
      return false;
    };
    const targets = document.querySelectorAll('a[href], button, input, select, textarea, summary, [role=button], [role=switch], [role=tab], [role=menuitem], [role=option]');
    return [...targets].flatMap((target) => {
      const area = target.closest('label') ?? target; // a label is part of what it names
      const { x, y, width, height } = area.getBoundingClientRect();
      const [middle, centre] = [x + width / 2, y + height / 2];
      const isSeen = target.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !target.closest('[inert]') && area.contains(document.elementFromPoint(middle, centre));
      // More than what is drawn may answer to a finger.
      const isHit = (sideways, down) =>
        [-1, 1].every((sign) => {
          const [left, top] = [middle + sign * sideways, centre + sign * down];
          return area.contains(document.elementFromPoint(left, top)) || isScrolledOff(area, top);
        });
      const reach = least / 2 - 0.5;
      if (!isSeen || ((width >= least || isHit(reach, 0)) && (height >= least || isHit(0, reach)))) return [];
      return [`a target of ${Math.round(width)} x ${Math.round(height)} px: ${target.outerHTML.slice(0, 120)}`];
    });
  }, 43.5);
}

/** Fields of which nobody has said what the browser may keep: it writes what is typed into them to its own files (OM39). */
function rememberedFields(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll('textarea, input:not([type=checkbox], [type=radio], [type=file], [readonly])')]
      .filter((field) => field.form?.autocomplete !== 'off' && !(field.matches('input') && field.autocomplete))
      .map((field) => `what is typed is kept in the open: ${field.outerHTML.slice(0, 160)}`),
  );
}

/** Waits until what has the focus is on the screen and marked as having it; says what is not, if that does not come. */
export async function seeFocus(page) {
  const missing = () => {
    const element = document.activeElement;
    const isMarked = [element, element.parentElement, element.firstElementChild, element.nextElementSibling].filter(Boolean).some((each) => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(each);
      return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || boxShadow !== 'none';
    });
    const box = element.getBoundingClientRect();
    const isOnScreen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    return isMarked && isOnScreen ? null : `${isMarked ? 'off the screen' : 'no mark'}: ${element.outerHTML.slice(0, 160)}`;
  };
  await waitFor('focus that can be seen', async () => (await page.evaluate(missing)) === null, 2_000).catch(async (error) => {
    throw new Error(`${error.message}: ${await page.evaluate(missing)}`);
  });
}

/** The lowest contrast (WCAG 2.2, 1.4.3) of words on the background of the element that they stand in. */
export function contrastOf(locator) {
  return locator.evaluate((element) => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgb = (colour) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return canvas.getImageData(0, 0, 1, 1).data;
    };
    const luminance = (colour) => {
      const [r, g, b] = [...rgb(colour)].slice(0, 3).map((part) => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const backgroundOf = (node) => {
      for (let at = node; at; at = at.parentElement) {
        const colour = getComputedStyle(at).backgroundColor;
        if (rgb(colour)[3] === 255) return colour;
      }
      return 'white';
    };
    const words = [...element.querySelectorAll('*')].filter((node) => [...node.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim() !== ''));
    return Math.min(
      ...words.map((node) => {
        const [high, low] = [luminance(getComputedStyle(node).color), luminance(backgroundOf(node))].sort((a, b) => b - a);
        return (high + 0.05) / (low + 0.05);
      }),
    );
  });
}
