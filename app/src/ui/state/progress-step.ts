/** The quarter that has been reached: 0, 25, 50 or 75. The end is told by the state that follows. */
export function progressStep(progress: { received: number; expected: number }): number {
  if (progress.expected <= 0) return 0;
  const quarters = Math.floor((progress.received / progress.expected) * 4);
  return Math.min(3, Math.max(0, quarters)) * 25;
}
