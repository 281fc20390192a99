/** AES-GCM under a key that the browser holds, and under one that a secret gives, inside it. */

export interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  bytes: ArrayBuffer;
}

export type Bytes = Uint8Array<ArrayBuffer>;

const ivBytes = 12;

export function randomBytes(count: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(count));
}

/** A key that cannot be exported. */
export function makeBrowserKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

/** The key that a secret of full strength gives for one purpose. It cannot be exported. */
export async function keyFor(purpose: string, secret: Bytes): Promise<CryptoKey> {
  const info = new TextEncoder().encode(`holdfast ${purpose} 1`);
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info },
    await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey']),
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}

export async function encrypt(by: CryptoKey, bytes: Bytes): Promise<Sealed> {
  const iv = randomBytes(ivBytes);
  return { iv, bytes: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, by, bytes) };
}

/** Rejects what was sealed with another key. */
export async function decrypt(by: CryptoKey, { iv, bytes }: Sealed): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, by, bytes));
}

/** Sealed twice: whoever has one of the two keys has nothing. */
export async function encryptTwice(
  by: CryptoKey,
  inside: CryptoKey,
  bytes: Bytes,
): Promise<Sealed> {
  const inner = await encrypt(inside, bytes);
  const joined = new Uint8Array(ivBytes + inner.bytes.byteLength);
  joined.set(inner.iv);
  joined.set(new Uint8Array(inner.bytes), ivBytes);
  return encrypt(by, joined);
}

/** Rejects where one of the two keys is another. */
export async function decryptTwice(
  by: CryptoKey,
  inside: CryptoKey,
  sealed: Sealed,
): Promise<Bytes> {
  const joined = await decrypt(by, sealed);
  return decrypt(inside, { iv: joined.slice(0, ivBytes), bytes: joined.slice(ivBytes).buffer });
}
