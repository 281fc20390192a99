import * as engine from '../lib/webkit.mjs';
import { travel } from '../lib/journey.mjs';

export const name = 'OM15 OM20: the journey in WebKit, which keeps no files here: an online client that says why there is no Offline Mode';

export const run = (tools) => travel(engine, { keeps: false }, tools);
