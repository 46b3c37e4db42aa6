/** The gateway cannot listen on a port. The message is for the operator. */
export class PortUnusable extends Error {
  override readonly name = 'PortUnusable';
}

/** Address to listen on, and the names of its settings. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  readonly settings: { readonly host: string; readonly port: string; readonly example: number };
}

/** Error for the operator if `listen` failed. Null for other errors. */
export function portUnusable(error: unknown, { host, port, settings }: ListenAddress): PortUnusable | null {
  const { syscall, code } = error as { syscall?: string; code?: string };
  if (syscall === 'getaddrinfo')
    return new PortUnusable(`${settings.host} ${host} cannot be resolved. Example: ${settings.host}=127.0.0.1`);
  switch (syscall === 'listen' && code) {
    case 'EADDRINUSE':
      return new PortUnusable(
        `Port ${port} on ${host} is already in use by another process. Choose another port. Example: ${settings.port}=${settings.example}`,
      );
    case 'EACCES':
      return new PortUnusable(
        `This user is not allowed to listen on port ${port}. Choose a port above 1023. Example: ${settings.port}=${settings.example - 1}`,
      );
    case 'EADDRNOTAVAIL':
      return new PortUnusable(`This machine does not have the address ${host}. Example: ${settings.host}=127.0.0.1`);
    default:
      return null;
  }
}
