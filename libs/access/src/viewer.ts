/** What a key may do. OWNER: everything inside its tenant. */
export type Role = 'OWNER';

/** Who sends the request: one object per request, made from its API key. */
export class Viewer {
  constructor(
    /** Everything the viewer reads or writes belongs to this tenant. */
    readonly tenantId: number,
    readonly apiKeyId: number,
    /** How people call the key; kept beside what was done with it. */
    readonly apiKeyName: string,
    readonly role: Role,
  ) {}
}
