#!/usr/bin/env node
// The command `cloud-account-gateway`. A source checkout first builds what is missing. A package is already built.
import { existsSync } from 'node:fs';

const build = new URL('../scripts/build-if-needed.mjs', import.meta.url);
if (existsSync(build)) await import(build);
await import('../dist/bundle/cli.js');
