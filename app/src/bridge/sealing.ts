/**
 * Seals what only the organization's server can open: the same as platform/sealing, with the browser's own
 * cryptography. What is sealed, and for whom, the engine says.
 */
const label = 'holdfast sealed outbox 1';
const agreement = { name: 'X25519' } as const;

/** A browser without one of the three algorithms, or a page without a secure origin. */
export class CannotSeal extends Error {}

export class PieceSealer {
  readonly #key: CryptoKey;
  #next = 0;

  private constructor(key: CryptoKey) {
    this.#key = key;
  }

  /** Whether this browser has all that sealing takes. */
  static async isPossible(): Promise<boolean> {
    const made = crypto.subtle?.generateKey(agreement, false, ['deriveBits']);
    return (await made?.catch(() => null)) != null;
  }

  /**
   * @param lead what stands before this file's own public key.
   * @param own a key for one file; a new one unless a test gives it.
   * @returns the sealer, and how the file begins.
   */
  static async begin(
    serverKey: Uint8Array<ArrayBuffer>,
    lead: Uint8Array<ArrayBuffer>,
    own?: CryptoKeyPair,
  ): Promise<{ sealer: PieceSealer; preface: Uint8Array<ArrayBuffer> }> {
    try {
      const { subtle } = crypto;
      const pair =
        own ?? ((await subtle.generateKey(agreement, false, ['deriveBits'])) as CryptoKeyPair);
      const open = new Uint8Array(await subtle.exportKey('raw', pair.publicKey));
      const server = await subtle.importKey('raw', serverKey, agreement, false, []);
      const shared = await subtle.deriveBits(
        { ...agreement, public: server },
        pair.privateKey,
        256,
      );
      const preface = joined(lead, open);
      const info = joined(new TextEncoder().encode(label), preface);
      const key = await subtle.deriveKey(
        { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info },
        await subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']),
        { name: 'AES-GCM', length: 256 },
        false,
        ['encrypt'],
      );
      return { sealer: new PieceSealer(key), preface };
    } catch {
      throw new CannotSeal();
    }
  }

  /** The next piece, behind its size. */
  async seal(piece: ArrayBuffer, isLast: boolean): Promise<Uint8Array<ArrayBuffer>> {
    const iv = new Uint8Array(12);
    new DataView(iv.buffer).setUint32(7, this.#next);
    iv[11] = isLast ? 1 : 0;
    this.#next += 1;
    const sealed = new Uint8Array(
      await crypto.subtle.encrypt({ name: 'AES-GCM', iv, tagLength: 128 }, this.#key, piece),
    );
    const size = new Uint8Array(4);
    new DataView(size.buffer).setUint32(0, sealed.length, true);
    return joined(size, sealed);
  }
}

function joined(
  first: Uint8Array<ArrayBuffer>,
  second: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
