// OM35: the browser seals what the server opens: the same bytes as platform/sealing/sealing_test.cpp.
import { describe, expect, it } from 'vitest';
import { CannotSeal, PieceSealer } from './sealing.ts';

const bytes = (value: number) => new Uint8Array(32).fill(value);
const hex = (from: Uint8Array) => Buffer.from(from).toString('hex');

/** The pair of a secret, as no app makes one. */
async function pairOf(secret: Uint8Array): Promise<CryptoKeyPair> {
  const head = Buffer.from('302e020100300506032b656e04220420', 'hex');
  const { subtle } = crypto;
  const pkcs8 = new Uint8Array([...head, ...secret]);
  const privateKey = await subtle.importKey('pkcs8', pkcs8, 'X25519', true, ['deriveBits']);
  const { x } = await subtle.exportKey('jwk', privateKey);
  const raw = new Uint8Array(Buffer.from(x ?? '', 'base64url'));
  return { privateKey, publicKey: await subtle.importKey('raw', raw, 'X25519', true, []) };
}

const publicOf = async (secret: Uint8Array) =>
  new Uint8Array(await crypto.subtle.exportKey('raw', (await pairOf(secret)).publicKey));

describe('PieceSealer', () => {
  it('OM35: gives the same bytes as the native program', async () => {
    const lead = new TextEncoder().encode('Holdfast');
    const { sealer, preface } = await PieceSealer.begin(
      await publicOf(bytes(0x11)),
      lead,
      await pairOf(bytes(0x22)),
    );
    expect(preface.length).toBe(lead.length + 32);
    const first = await sealer.seal(new TextEncoder().encode('first').buffer, false);
    const last = await sealer.seal(new ArrayBuffer(0), true);
    expect(hex(first)).toBe('1500000035f76a4b3d2c45c9744495840c262c164a66b9fa7d');
    expect(hex(last)).toBe('1000000048662fb05d5da473d49fb53e2d419f45');
  });

  it('has another key for each file', async () => {
    const seal = async () => {
      const { sealer } = await PieceSealer.begin(await publicOf(bytes(0x11)), bytes(0));
      return hex(await sealer.seal(new ArrayBuffer(8), false));
    };
    expect(await seal()).not.toBe(await seal());
  });

  it('says that it cannot, where the key is none', async () => {
    await expect(PieceSealer.begin(new Uint8Array(3), bytes(0))).rejects.toBeInstanceOf(CannotSeal);
  });
});
