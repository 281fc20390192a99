/** What leads somewhere in a text that a person wrote: addresses of the web and of e-mail, and phone numbers. */
import { LinkifyIt, type Match } from 'linkify-it';

/** A stretch of the text, as it was written, and where it leads. */
export interface TextPart {
  text: string;
  href: string | null;
}

/** `urlAuth`: an address with a name in it ("https://bank.example@evil.example") is seen whole, and refused whole. */
const finder = new LinkifyIt({ fuzzyLink: true, urlAuth: true }).add('ftp:', null).add('//', null);

/**
 * Phone numbers as people write them for each other: with their country, or in the groups that are usual in English
 * and in Spanish. Digits in one row are the number of a work order as likely, and points are in amounts and dates.
 */
const numbers = [
  String.raw`\+[1-9](?:[ ().-]{0,3}\d){7,14}`,
  String.raw`(?:1[ -])?(?:\(\d{3}\) ?|\d{3}[ -])\d{3}[ -]\d{4}`,
  String.raw`[6-9]\d\d(?:[ -]\d{3}){2}`,
  String.raw`[6-9]\d\d(?:[ -]\d\d){3}`,
  String.raw`[89]\d[ -]\d{3}(?:[ -]\d\d){2}`,
].join('|');
const before = String.raw`(?<![\p{L}\p{N}_+#=/-]|\p{N}[ .,:(])`;
const after = String.raw`(?![\p{L}\p{N}_=/-]|[.,:]\p{N}| ?[\p{N}\p{Sc}%])`;
const phone = new RegExp(`${before}(?:${numbers})${after}`, 'gu');

/**
 * What each address has: a point between a letter or digit and a letter (not one of "2.5 bar"), or an at sign, or the
 * slashes behind a scheme.
 */
const hint = /[\p{L}\p{N}]\.\p{L}|@|:\/\//u;

/** All of the text, in its order. Most texts have no address: the finder, whose patterns are long, is not asked. */
export function partsOf(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of (hint.test(text) ? finder.match(text) : null) ?? []) {
    const href = hrefOf(match);
    if (!href) continue;
    addWords(parts, text.slice(end, match.index));
    parts.push({ text: match.raw, href });
    end = match.lastIndex;
  }
  addWords(parts, text.slice(end));
  return parts;
}

/** Words between addresses; phone numbers may be among them. */
function addWords(parts: TextPart[], words: string): void {
  let end = 0;
  for (const { 0: number, index } of words.matchAll(phone)) {
    addPlain(parts, words.slice(end, index));
    parts.push({ text: number, href: `tel:${number.replace('(0)', '').replace(/[^\d+]/g, '')}` });
    end = index + number.length;
  }
  addPlain(parts, words.slice(end));
}

function addPlain(parts: TextPart[], text: string): void {
  if (text) parts.push({ text, href: null });
}

/** Where it leads, if that is a place to go. "report.md" is more often a file than a site of Moldova. */
function hrefOf({ schema, raw, url }: Match): string | null {
  if (schema === 'mailto:') return url;
  if (schema === '' && !/^www\./i.test(raw)) return null;
  try {
    const { protocol, username, password, href } = new URL(url);
    return /^https?:$/.test(protocol) && !username && !password ? href : null;
  } catch {
    return null;
  }
}
