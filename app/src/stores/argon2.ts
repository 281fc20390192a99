/** Stands alone: only who has a PIN loads it. */
export { argon2id } from 'hash-wasm';
