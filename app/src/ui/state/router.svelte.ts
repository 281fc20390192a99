/** Where the person is: kept in the address after `#`, so that Back, reload and links work. */
import { onDestroy } from 'svelte';
import { formatRoute, parentOf, parseRoute, type Route } from './routes.ts';

let route = $state.raw<Route>({ view: 'menu', tab: 'home' });
let depth = 0;

export const currentRoute = (): Route => route;

export function startRouter(): void {
  depth = (history.state as { depth?: number } | null)?.depth ?? 0;
  route = parseRoute(location.hash);
  addEventListener('popstate', (event) => {
    depth = (event.state as { depth?: number } | null)?.depth ?? 0;
    route = parseRoute(location.hash);
  });
}

export function go(to: Route): void {
  const hash = formatRoute(to);
  if (hash === location.hash) return;
  depth += 1;
  history.pushState({ depth }, '', hash);
  route = to;
}

/** Takes the place of the present page: switching tabs is not a step to come back from. */
export function replace(to: Route): void {
  history.replaceState({ depth }, '', formatRoute(to));
  route = to;
}

/** One page back; to the page above when the app was opened here. */
export function back(group: string | null = null): void {
  if (depth > 0) history.back();
  else replace(parentOf(route, group));
}

/**
 * An action for when something that takes a while is done: whoever has left the page meanwhile
 * stays where they are. Called while the page's component is set up.
 */
export function whileHere<Args extends unknown[]>(
  act: (...args: Args) => void,
): (...args: Args) => void {
  let isLeft = false;
  onDestroy(() => {
    isLeft = true;
  });
  return (...args) => {
    if (!isLeft) act(...args);
  };
}
