import { describe, expect, it } from 'vitest';
import { formatRoute, parentOf, parseRoute } from './routes.ts';

const addresses = [
  '#/',
  '#/people',
  '#/search',
  '#/group/7',
  '#/channel/18446744073709551615',
  '#/channel/5/at/99/18446744073709551614',
  '#/channel/5/details',
  '#/channel/5/form/18446744073709551615',
  '#/channel/5/draft/12',
  '#/channel/5/answer/18446744073709551615',
  '#/group/7/task/18446744073709551615',
  '#/group/7/start/work_order/5',
  '#/group/7/task/8/move/closed/5',
  '#/group/7/task/8/start/purchase/5',
  '#/outbox',
  '#/settings',
];

describe('routes', () => {
  it.each(addresses)('%s is read and written the same', (address) => {
    expect(formatRoute(parseRoute(address))).toBe(address);
  });

  it('opens the menu for anything unknown', () => {
    for (const address of ['', '#', '#/group/x', '#/channel/1/at/2', '#/nothing']) {
      expect(parseRoute(address)).toEqual({ view: 'menu', tab: 'home' });
    }
  });

  it('goes up when there is no page before', () => {
    expect(formatRoute(parentOf(parseRoute('#/channel/5/details'), null))).toBe('#/channel/5');
    expect(formatRoute(parentOf(parseRoute('#/channel/5/draft/1'), null))).toBe('#/channel/5');
    expect(formatRoute(parentOf(parseRoute('#/channel/5'), '7'))).toBe('#/group/7');
    expect(formatRoute(parentOf(parseRoute('#/group/7/task/8'), null))).toBe('#/group/7');
    expect(formatRoute(parentOf(parseRoute('#/group/7/task/8/move/a/5'), null))).toBe(
      '#/group/7/task/8',
    );
    expect(formatRoute(parentOf(parseRoute('#/settings'), '7'))).toBe('#/');
  });
});
