import { describe, expect, it } from 'vitest';
import { partsOf } from './links-in-text.ts';

/** What is a link in a text, as `words -> where it leads`. */
const linksOf = (text: string) =>
  partsOf(text).flatMap((part) => (part.href ? [`${part.text} -> ${part.href}`] : []));

describe('Links in a text', () => {
  it.each([
    ['nothing', 'The pump runs again.', []],
    [
      'an address, without the full stop',
      'See https://example.com/a.',
      ['https://example.com/a -> https://example.com/a'],
    ],
    [
      'an address in brackets, with its own',
      '(https://example.com/a_(b))',
      ['https://example.com/a_(b) -> https://example.com/a_(b)'],
    ],
    [
      'an address in quotation marks',
      '“https://example.com/”',
      ['https://example.com/ -> https://example.com/'],
    ],
    [
      'query and fragment, before a comma',
      'https://example.com/?a=1&b=2#c, then',
      ['https://example.com/?a=1&b=2#c -> https://example.com/?a=1&b=2#c'],
    ],
    [
      'a machine of the house, with its port',
      'http://pump7:8080/state',
      ['http://pump7:8080/state -> http://pump7:8080/state'],
    ],
    [
      'letters of other alphabets, as the browser sends them',
      'https://ejemplo.es/ñandú',
      ['https://ejemplo.es/ñandú -> https://ejemplo.es/%C3%B1and%C3%BA'],
    ],
    ['www without http', 'www.example.com!', ['www.example.com -> http://www.example.com/']],
    [
      'an e-mail address',
      'to ana@northfield.example, please',
      ['ana@northfield.example -> mailto:ana@northfield.example'],
    ],
    [
      'several, one after another',
      'https://a.example https://b.example',
      ['https://a.example -> https://a.example/', 'https://b.example -> https://b.example/'],
    ],
  ])('finds %s', (_, text, links) => {
    expect(linksOf(text)).toEqual(links);
  });

  it.each([
    ['+34 612 345 678', 'tel:+34612345678'],
    ['+1 (555) 010-0199', 'tel:+15550100199'],
    ['+44 (0)20 7946 0958', 'tel:+442079460958'],
    ['+34612345678', 'tel:+34612345678'],
    ['(555) 010-0199', 'tel:5550100199'],
    ['555-010-0199', 'tel:5550100199'],
    ['1-800-555-0199', 'tel:18005550199'],
    ['612 345 678', 'tel:612345678'],
    ['612 34 56 78', 'tel:612345678'],
    ['91 123 45 67', 'tel:911234567'],
  ])('finds the phone number %s', (number, href) => {
    expect(partsOf(`Call ${number}.`)).toEqual([
      { text: 'Call ', href: null },
      { text: number, href },
      { text: '.', href: null },
    ]);
    expect(linksOf(`(${number})`)).toEqual([`${number} -> ${href}`]);
    expect(linksOf(`Tel.:${number}, ask for Ana`)).toEqual([`${number} -> ${href}`]);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://files.example/a',
    '//example.com/a',
    'file:///etc/hosts',
    'https://bank.example@evil.example/',
    'http://ana:secret@example.com/',
    'report.md, main.rs and northfield.com',
    'on 2026-11-27 at 10:30-12:00',
    'work order 600123456, or 2026-000-1234',
    'in all 612 345 678 € or 612.345.678',
    'parts 612 345 678 901 and A-555-010-0199',
    '192.168.100.200 and 1.555-010-0199',
    '+1200000 units, 3+4567890123',
    '<a href="x">x</a>',
  ])('finds nothing in %s', (text) => {
    expect(partsOf(text)).toEqual([{ text, href: null }]);
  });

  it('leaves the text as it was written', () => {
    const text = ' \n(https://example.com/a)  +34 612 345 678\n\tana@northfield.example… \u202E ';
    expect(
      partsOf(text)
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
    expect(partsOf('')).toEqual([]);
  });
});
