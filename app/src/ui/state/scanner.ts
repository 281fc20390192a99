/** QR codes that the camera sees, where the browser itself can read them. Needs no connection. */

/** What TypeScript does not know yet: https://wicg.github.io/shape-detection-api/ */
interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
interface DetectorType {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

const format = 'qr_code';
/** Between two looks: shorter than a hand holds still, and a small phone keeps up. */
const pauseMs = 150;

const detectorType = () => (globalThis as { BarcodeDetector?: DetectorType }).BarcodeDetector;

/** Whether there is a reader of codes and a camera; asks the person nothing. */
export async function canScan(): Promise<boolean> {
  try {
    const formats = (await detectorType()?.getSupportedFormats()) ?? [];
    if (!formats.includes(format)) return false;
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.some(({ kind }) => kind === 'videoinput');
  } catch {
    return false; // a page without TLS has no cameras to enumerate
  }
}

export type ScanProblem = 'denied' | 'missing' | 'failed';
export type Scanned = { code: string } | { problem: ScanProblem } | null;

/**
 * Shows in `video` what the camera sees until there is a code, and then switches the camera off. Null when `signal`
 * has ended it before.
 */
export async function scan(video: HTMLVideoElement, signal: AbortSignal): Promise<Scanned> {
  let stream: MediaStream | null = null;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
    video.srcObject = stream;
    await video.play();
    const code = await firstCode(video, stream, signal);
    return signal.aborted ? null : code === null ? { problem: 'failed' } : { code };
  } catch (reason) {
    return signal.aborted ? null : { problem: problemOf(reason) };
  } finally {
    for (const track of stream?.getTracks() ?? []) track.stop();
    video.srcObject = null;
  }
}

/** Null when it was ended, or the camera has gone. */
async function firstCode(
  video: HTMLVideoElement,
  stream: MediaStream,
  signal: AbortSignal,
): Promise<string | null> {
  const type = detectorType();
  const detector = type ? new type({ formats: [format] }) : null;
  while (detector && stream.active && !signal.aborted) {
    const code = (await detector.detect(video)).find(({ rawValue }) => rawValue !== '');
    if (code) return code.rawValue;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return null;
}

function problemOf(reason: unknown): ScanProblem {
  const name = reason instanceof DOMException ? reason.name : '';
  if (name === 'NotAllowedError') return 'denied';
  return name === 'NotFoundError' ? 'missing' : 'failed';
}
