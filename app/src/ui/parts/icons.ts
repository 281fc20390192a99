/** The icons that the app may show, drawn into the page: no request, and the colour of the text. */
import * as used from './icon-set.ts';

const sources = new Map<string, string>();
for (const [name, source] of Object.entries(used)) {
  const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  sources.set(kebab, source.slice(source.indexOf('<svg')));
}

const drawn = new Map<string, Node>();

function draw(source: string): Node {
  const template = document.createElement('template');
  template.innerHTML = source; // a constant of the package, never text that somebody wrote
  return template.content;
}

/** A drawing of an ionicons name; names of groups come from the server, so any may come. Each is parsed once. */
export function iconDrawing(name: string): Node {
  const known = [name, `${name}-outline`].find((each) => sources.has(each)) ?? 'folder-outline';
  let drawing = drawn.get(known);
  if (!drawing) drawn.set(known, (drawing = draw(sources.get(known) ?? '')));
  return drawing.cloneNode(true);
}
