/** Where this device is: the platform's word, with its own doubt about it. */
import type { PlaceValue } from '../../bridge/types.ts';

const patience = { enableHighAccuracy: true, timeout: 30_000, maximumAge: 60_000 };

/** A place, or why there is none. Works without a connection where the device has a receiver. */
export function findPosition(): Promise<PlaceValue | 'denied' | 'failed'> {
  return new Promise((resolve) => {
    if (!('geolocation' in navigator)) {
      resolve('failed');
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) =>
        resolve({
          lat_e7: Math.round(coords.latitude * 1e7),
          lng_e7: Math.round(coords.longitude * 1e7),
          accuracy_m: Math.round(coords.accuracy),
        }),
      (error) => resolve(error.code === error.PERMISSION_DENIED ? 'denied' : 'failed'),
      patience,
    );
  });
}
