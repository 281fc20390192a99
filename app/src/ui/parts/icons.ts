/** The icons that the app may show, drawn into the page: no request, and the colour of the text. */
import * as used from './icon-set.ts';

const sources = new Map<string, string>();
for (const [name, source] of Object.entries(used)) {
  const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  sources.set(kebab, source.slice(source.indexOf('<svg')));
}

/** The drawing of an ionicons name; names of groups come from the server, so any may come. */
export function iconDrawing(name: string): string {
  return sources.get(name) ?? sources.get(`${name}-outline`) ?? sources.get('folder-outline') ?? '';
}
