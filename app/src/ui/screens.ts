/** Everything that is drawn, upon an engine that has been started. */
import { initialize } from '@ionic/core/components';
import { mount } from 'svelte';
import type { Spawned } from '../bridge/spawn.ts';
import { prepareFormats } from '../i18n/figures.ts';
import { startI18n } from '../i18n/index.svelte.ts';
import App from './app.svelte';
import { answerTouches } from './parts/ripple.ts';
import { app, startApp } from './state/app.svelte.ts';
import { door } from './state/door.svelte.ts';
import { connectEngine } from './state/engine.svelte.ts';
import { startRouter } from './state/router.svelte.ts';

export { watchUpdates } from './state/update.svelte.ts';

/** Settles when the engine has begun, or has failed to. */
export async function showScreens({ port, failed }: Spawned): Promise<void> {
  initialize({ mode: 'md' });
  startI18n();
  startRouter();
  answerTouches();
  connectEngine(port, door);
  void failed.then(() => (app.failure = { code: 'app.unexpected', params: {} }));
  const target = document.getElementById('app');
  if (target) mount(App, { target });
  prepareFormats();
  await startApp();
}
