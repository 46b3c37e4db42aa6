import { readFileSync } from 'node:fs';

/** Name of a user of this machine. `#1000` for one that /etc/passwd does not list, as sudo accepts it. */
export function userName(uid: number): string {
  try {
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
    const [name] = lines.map((line) => line.split(':')).find(([, , id]) => id === String(uid)) ?? [];
    return name || `#${uid}`;
  } catch {
    return `#${uid}`;
  }
}

/** How to run a command as that user, as the end of a sentence. */
export function runAs(uid: number): string {
  const name = userName(uid);
  return `sudo -u ${name.startsWith('#') ? `'${name}'` : name} cloud-account-gateway …`;
}
