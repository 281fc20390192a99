/** The time as views may read it: reading it draws the view again when it has moved on. */
import { createSubscriber } from 'svelte/reactivity';

function ticking(everyMs: number) {
  const subscribe = createSubscriber((update) => {
    const timer = setInterval(update, everyMs);
    return () => clearInterval(timer);
  });
  return {
    get now(): number {
      subscribe();
      return Date.now();
    },
  };
}

/** For ages and days. */
export const clock = ticking(15_000);
/** For countdowns. */
export const secondClock = ticking(500);
