import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { canScan, scan } from './scanner.ts';

/** What the detector sees, look by look; then nothing more. */
let seen: string[][] = [];
let formats = ['ean_13', 'qr_code'];
const track = { stop: vi.fn() };
const stream = { active: true, getTracks: () => [track] };
const getUserMedia = vi.fn();
const enumerateDevices = vi.fn();
const video = { srcObject: null, play: vi.fn(() => Promise.resolve()) };
const shown = video as unknown as HTMLVideoElement;
const never = () => new AbortController().signal;

class Detector {
  static getSupportedFormats = () => Promise.resolve(formats);
  detect(source: unknown): Promise<{ rawValue: string }[]> {
    expect(source).toBe(video);
    expect(video.srcObject).toBe(stream);
    return Promise.resolve((seen.shift() ?? []).map((rawValue) => ({ rawValue })));
  }
}

beforeEach(() => {
  vi.clearAllMocks();
  [seen, formats, stream.active] = [[], ['ean_13', 'qr_code'], true];
  getUserMedia.mockResolvedValue(stream);
  enumerateDevices.mockResolvedValue([{ kind: 'audioinput' }, { kind: 'videoinput' }]);
  vi.stubGlobal('BarcodeDetector', Detector);
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia, enumerateDevices } });
});

afterEach(() => vi.unstubAllGlobals());

describe('canScan', () => {
  it('asks for a reader of QR codes and a camera, and for no permission', async () => {
    expect(await canScan()).toBe(true);
    enumerateDevices.mockResolvedValue([{ kind: 'audioinput' }]);
    expect(await canScan()).toBe(false);
    formats = ['ean_13'];
    expect(await canScan()).toBe(false);
    expect(getUserMedia).not.toHaveBeenCalled();
  });

  it('is false where the browser has no reader, or shows no cameras', async () => {
    vi.stubGlobal('navigator', {});
    expect(await canScan()).toBe(false);
    vi.stubGlobal('BarcodeDetector', undefined);
    expect(await canScan()).toBe(false);
  });
});

describe('scan', () => {
  it('looks until there is a code, takes the first, and switches the camera off', async () => {
    seen = [[], [''], ['P-7', 'P-8']];
    expect(await scan(shown, never())).toEqual({ code: 'P-7' });
    expect(seen).toEqual([]);
    expect(getUserMedia).toHaveBeenCalledWith({ video: { facingMode: 'environment' } });
    expect(track.stop).toHaveBeenCalledOnce();
    expect(video.srcObject).toBeNull();
  });

  it('says nothing after it was ended, and leaves no camera on', async () => {
    const ended = new AbortController();
    seen = [['P-7']];
    getUserMedia.mockImplementation(() => {
      ended.abort(); // while the browser asks the person
      return Promise.resolve(stream);
    });
    expect(await scan(shown, ended.signal)).toBeNull();
    expect(track.stop).toHaveBeenCalledOnce();
  });

  it.each([
    ['NotAllowedError', 'denied'],
    ['NotFoundError', 'missing'],
    ['NotReadableError', 'failed'],
  ])('says what %s is', async (name, problem) => {
    getUserMedia.mockRejectedValue(new DOMException('', name));
    expect(await scan(shown, never())).toEqual({ problem });
  });

  it('fails when the camera goes', async () => {
    stream.active = false;
    expect(await scan(shown, never())).toEqual({ problem: 'failed' });
    expect(track.stop).toHaveBeenCalledOnce();
  });
});
