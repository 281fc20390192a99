import { initialize } from '@ionic/core/components';
import { mount } from 'svelte';
import { type EnginePort, spawnWorker } from './bridge/client.ts';
import { startI18n } from './i18n/index.svelte.ts';
import App from './ui/app.svelte';
import './ui/tokens.css';
import './ui/base.css';
import { app, startApp } from './ui/state/app.svelte.ts';
import { connectEngine } from './ui/state/engine.svelte.ts';
import { startRouter } from './ui/state/router.svelte.ts';

/** Sample data stands in for the engine where screens are built: `?fake`, never in production. */
async function openEngine(): Promise<EnginePort> {
  const isFakeBuild = import.meta.env.MODE === 'fake';
  const mayFake = import.meta.env.DEV || isFakeBuild;
  if (mayFake && (isFakeBuild || new URLSearchParams(location.search).has('fake'))) {
    const { FakeCore } = await import('./dev/fake-core.ts');
    return new FakeCore(new URLSearchParams(location.search));
  }
  return spawnWorker(() => (app.failure = { code: 'app.unexpected', params: {} }));
}

async function main(): Promise<void> {
  initialize({ mode: 'md' });
  startI18n();
  startRouter();
  connectEngine(await openEngine());
  const target = document.getElementById('app');
  if (target) mount(App, { target });
  if (import.meta.env.MODE === 'production' && 'serviceWorker' in navigator) {
    void navigator.serviceWorker.register('/sw.js');
  }
  await startApp();
}

void main();
