import { describe, expect, it } from 'vitest';
import { chosen, matching } from './commands.ts';

const commands = ['ticket', 'time', 'help'].map((command) => ({ command, name: '', hint: '' }));
const words = (text: string) => matching(text, commands).map(({ command }) => command);

describe('matching', () => {
  it('offers all of them behind the stroke, and fewer with each letter', () => {
    expect(words('/')).toEqual(['ticket', 'time', 'help']);
    expect(words('/ti')).toEqual(['ticket', 'time']);
    expect(words('/TIC')).toEqual(['ticket']);
  });

  it('offers nothing elsewhere, nor once something stands behind the word', () => {
    for (const text of ['', 'ticket', 'see /ti', '/ticket ', '/ticket a', '//', '/x']) {
      expect(words(text)).toEqual([]);
    }
  });

  it('offers nothing more for what was chosen', () => {
    expect(words(chosen({ command: 'ticket', name: '', hint: '' }))).toEqual([]);
  });
});
