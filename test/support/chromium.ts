import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

/** Chromium of the system, under one of its names. */
export function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(':');
  return ['chromium', 'chromium-browser', 'google-chrome']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
}

export function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium()!,
    // Its own sandbox does not work as root, and shared memory is small in containers.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
}
