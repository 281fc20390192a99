/** Starts the engine. It stands alone, so that nothing else has to be loaded before it. */

/** A worker, a message port, or the fake engine. */
export interface EnginePort {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent) => unknown) | null;
}

export interface Spawned {
  port: EnginePort;
  /** Settles when the engine cannot be loaded or falls over. */
  failed: Promise<void>;
}

/** The engine's own worker. */
export function spawnWorker(): Spawned {
  const worker = new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module' });
  return { port: worker, failed: new Promise((resolve) => (worker.onerror = () => resolve())) };
}
