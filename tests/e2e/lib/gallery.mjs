// A page with the pictures of every screen, a row for each and a column for each way to look at it.
import { writeFileSync } from 'node:fs';
import path from 'node:path';

export const devices = ['phone', 'desktop'];
export const languages = ['en', 'es'];
export const schemes = ['light', 'dark'];

/** `{ screen, device, language, scheme }` of a picture → the name of its file in the gallery's folder. */
export const fileOf = ({ screen, device, language, scheme }) => `${screen}-${device}-${language}-${scheme}.png`;

const variants = devices.flatMap((device) => languages.flatMap((language) => schemes.map((scheme) => ({ device, language, scheme }))));

/** Writes `index.html` beside the folder `gallery`; `pictures`: of what there are any. */
export function writeIndex(folder, pictures) {
  const screens = [...new Set(pictures.map(({ screen }) => screen))];
  const taken = new Set(pictures.map(fileOf));
  const cell = (picture) =>
    taken.has(fileOf(picture)) ? `<td><a href="gallery/${fileOf(picture)}"><img loading="lazy" alt="" src="gallery/${fileOf(picture)}"></a></td>` : '<td></td>';
  const row = (screen) => `<tr><th scope="row">${screen}</th>${variants.map((variant) => cell({ screen, ...variant })).join('')}</tr>`;
  const heads = variants.map(({ device, language, scheme }) => `<th scope="col">${device}, ${language}, ${scheme}</th>`);
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Every screen</title>
<style>
  body { margin: 1rem; font: 1rem system-ui, sans-serif; background: #777; color: #fff }
  img { block-size: 24rem; border-radius: 0.25rem }
  th { position: sticky; inset-block-start: 0; padding: 0.5rem; background: #555; text-align: start; z-index: 1 }
  th[scope=row] { inset-inline-start: 0; vertical-align: top }
</style>
<table>
<thead><tr><th>${pictures.length} pictures</th>${heads.join('')}</tr></thead>
<tbody>
${screens.map(row).join('\n')}
</tbody>
</table>
</html>
`;
  writeFileSync(path.join(folder, 'index.html'), page);
}
