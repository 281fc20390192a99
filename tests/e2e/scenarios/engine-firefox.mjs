import * as engine from '../lib/firefox.mjs';
import { travel } from '../lib/journey.mjs';

export const name = 'OM16 OM19 OM32 OM37: the journey in Firefox: sign in, cut, Offline Mode, write, killed, back, once';

export const run = (tools) => travel(engine, { keeps: true }, tools);
