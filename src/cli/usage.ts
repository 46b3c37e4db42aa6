/** The command was not understood. */
export class Usage extends Error {
  /** @param command whose help says what can be said instead; the whole command line's when not given */
  constructor(message: string, command?: 'iam-setup' | 'keyring' | 'sandbox') {
    super(`${message}\n\n  npm run cli -- ${command ? `${command} ` : ''}--help   shows what can be said instead`);
  }
}
