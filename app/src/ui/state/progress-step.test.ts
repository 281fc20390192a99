import { expect, it } from 'vitest';
import { progressStep } from './progress-step.ts';

it('OM7: progress is announced in quarters only', () => {
  const steps = Array.from({ length: 1001 }, (_, received) =>
    progressStep({ received, expected: 1000 }),
  );
  expect([...new Set(steps)]).toEqual([0, 25, 50, 75]);
  expect(steps[249]).toBe(0);
  expect(steps[250]).toBe(25);
});

it('is calm about figures that make no sense yet', () => {
  expect(progressStep({ received: 0, expected: 0 })).toBe(0);
  expect(progressStep({ received: 12, expected: 10 })).toBe(75);
});
