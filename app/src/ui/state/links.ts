import { go } from './router.svelte.ts';
import { formatRoute, type Route } from './routes.ts';

export const hrefOf = (route: Route): string => formatRoute(route);

/** A link inside the app: the browser keeps its own ways of opening it elsewhere. */
export function follow(event: MouseEvent, to: Route): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  go(to);
}
