/** The signals from which the engine tells a phone from a desktop computer. */
import type { Platform } from '../../bridge/types.ts';

interface UserAgentData {
  mobile?: boolean;
  platform?: string;
  brands?: { brand: string }[];
}

export function describePlatform(locale: string): Platform {
  const data = (navigator as Navigator & { userAgentData?: UserAgentData }).userAgentData;
  return {
    mobile_hint: data?.mobile ?? /Mobi|Android|iPhone|iPad/i.test(navigator.userAgent),
    coarse_pointer: matchMedia('(pointer: coarse)').matches,
    touch_points: navigator.maxTouchPoints,
    screen_width: Math.min(screen.width, screen.height),
    installed: matchMedia('(display-mode: standalone)').matches,
    online: navigator.onLine,
    visible: document.visibilityState === 'visible',
    locale,
    device_name: deviceName(data),
    utc_offset_minutes: utcOffset(),
  };
}

/** Minutes from UTC of the clock on the wall here, now. */
export const utcOffset = (): number => -new Date().getTimezoneOffset();

function deviceName(data: UserAgentData | undefined): string {
  const agent = navigator.userAgent;
  const system =
    data?.platform || (/Android|iPhone|iPad|Windows|Mac OS|Linux/.exec(agent)?.[0] ?? 'Web');
  const brands = data?.brands
    ?.map(({ brand }) => brand)
    .filter((brand) => !/not.*brand/i.test(brand));
  const browser = brands?.at(-1) ?? /Firefox|Safari|Chrome/.exec(agent)?.[0] ?? 'Web';
  return `${system} · ${browser}`;
}

/**
 * On iOS alone a page knows whether it was installed; and there alone the system deletes what a page has kept after a week
 * without a visit, unless it was.
 */
export const mustBeInstalled = (): boolean =>
  (navigator as Navigator & { standalone?: boolean }).standalone === false;

/** Bytes that the browser would still keep, as far as it says. */
export async function storageFree(): Promise<number | undefined> {
  const { quota, usage } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
  return quota === undefined || usage === undefined ? undefined : Math.max(quota - usage, 0);
}

/** What is told of the line, where the browser knows it. */
interface Line extends EventTarget {
  saveData?: boolean;
  type?: string;
}

export const line = (): Line | undefined =>
  (navigator as Navigator & { connection?: Line }).connection;

/** Whether the browser says of the line that nobody pays by the byte, or at least that it is no mobile one. */
export function isUnmetered(): boolean {
  const now = line();
  return now !== undefined && !now.saveData && now.type !== 'cellular';
}

/**
 * Asks the browser not to clear what is kept here when space is short. Nobody waits for the answer: some
 * browsers ask the person, who may take their time. Without a yes the data is kept all the same.
 */
export function askToKeep(): void {
  void navigator.storage?.persist?.().catch(() => undefined);
}
