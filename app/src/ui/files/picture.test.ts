import { describe, expect, it } from 'vitest';
import { fitted } from './picture.ts';

describe('fitted', () => {
  it('makes the longer side as long as it may be, and never enlarges', () => {
    expect(fitted(4000, 3000, 2048)).toEqual([2048, 1536]);
    expect(fitted(3000, 4000, 2048)).toEqual([1536, 2048]);
    expect(fitted(640, 480, 2048)).toEqual([640, 480]);
  });

  it('leaves at least one pixel of a side', () => {
    expect(fitted(20_000, 3, 200)).toEqual([200, 1]);
  });
});
