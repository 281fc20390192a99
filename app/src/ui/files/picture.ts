/**
 * Pictures as they are sent: the right way up, no larger than asked for, and without what the camera wrote
 * into them (where and when, by which device). To draw one anew does all three.
 */

/** Where nobody asks for less, pixels of the longer side. */
export const sideDefault = 2048;

export interface Prepared {
  blob: Blob;
  name: string;
  /** base64 of a small JPEG, or empty. */
  thumbnail: string;
}

const redrawn = new Set(['jpeg', 'png', 'webp', 'heic', 'heif', 'avif', 'bmp']);
const thumbnailSides = [200, 160, 120, 80];
/** Characters that a claim's thumbnail may have: core/files/limits.hpp. */
const thumbnailMax = 4096;

/** A file that is no picture, or one that this browser cannot draw, stays as it is. */
export async function prepare(file: File, sideMax: number): Promise<Prepared> {
  const [kind, type = ''] = file.type.split('/');
  const asItIs = { blob: file, name: file.name, thumbnail: '' };
  if (kind !== 'image') return asItIs;
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    return asItIs;
  }
  try {
    const thumbnail = thumbnailOf(picture, picture.width, picture.height);
    if (!redrawn.has(type)) return { ...asItIs, thumbnail };
    const canvas = draw(picture, picture.width, picture.height, sideMax || sideDefault);
    const keepsType = type === 'png';
    const blob = await toBlob(canvas, keepsType ? 'image/png' : 'image/jpeg');
    const name = keepsType ? file.name : `${file.name.replace(/\.\w+$/, '')}.jpg`;
    return { blob, name, thumbnail };
  } finally {
    picture.close();
  }
}

export function thumbnailOf(source: CanvasImageSource, width: number, height: number): string {
  for (const side of thumbnailSides) {
    const url = draw(source, width, height, side).toDataURL('image/jpeg', 0.5);
    const text = url.slice(url.indexOf(',') + 1);
    if (text.length <= thumbnailMax) return text;
  }
  return '';
}

export function toBlob(canvas: HTMLCanvasElement, type: string): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('the picture cannot be drawn'))),
      type,
      0.85,
    );
  });
}

/** The size that fits into a square of `sideMax`, never larger than it is. */
export function fitted(width: number, height: number, sideMax: number): [number, number] {
  const scale = Math.min(1, sideMax / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

function draw(
  source: CanvasImageSource,
  width: number,
  height: number,
  sideMax: number,
): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = fitted(width, height, sideMax);
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('no canvas');
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}
