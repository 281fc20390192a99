/** The circle that answers a finger. */
import { defineCustomElement } from '@ionic/core/components/ion-ripple-effect.js';

interface RippleElement extends HTMLElement {
  addRipple(x: number, y: number): Promise<() => void>;
}

/**
 * Answers on whatever has the attribute `data-ripple`, is positioned, and hides what overflows. One listener for the
 * page, and an element where a finger has been: a list has hundreds of rows, and few of them are touched.
 */
export function answerTouches(): void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  defineCustomElement();
  document.addEventListener(
    'pointerdown',
    ({ target, clientX, clientY }) => {
      const touched = target instanceof Element ? target.closest('[data-ripple]') : null;
      if (touched) void answer(touched, clientX, clientY);
    },
    { passive: true },
  );
}

async function answer(touched: Element, x: number, y: number): Promise<void> {
  const touch = new AbortController(); // none of the listeners outlives it
  const released = new Promise((resolve) => {
    touch.signal.addEventListener('abort', resolve);
    for (const name of ['pointerup', 'pointercancel', 'pointerleave'])
      touched.addEventListener(name, () => touch.abort(), { signal: touch.signal });
  });
  const fade = await circles(touched).addRipple(x, y);
  await released; // a quick finger is gone before it is drawn
  fade();
}

function circles(touched: Element): RippleElement {
  const before = touched.querySelector<RippleElement>(':scope > ion-ripple-effect');
  if (before) return before;
  const made = document.createElement('ion-ripple-effect') as RippleElement;
  made.setAttribute('aria-hidden', 'true');
  touched.append(made);
  return made;
}
