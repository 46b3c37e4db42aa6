import { faultInRegion } from '#libs/aws-credentials';

export const CloudProvider = { AWS: 'AWS', AZURE: 'AZURE', GCP: 'GCP' } as const;
export type CloudProvider = keyof typeof CloudProvider;

/** Format of the region codes of all providers. */
const anyRegion = /^[a-z][a-z0-9-]{1,30}[a-z0-9]$/;

// Only the operator adds accounts of hosted-only providers. For these, only the format is checked.
const forms: Record<Exclude<CloudProvider, 'AWS'>, { form: RegExp; example: string }> = {
  AZURE: { form: /^[a-z]{4,}\d?[a-z]*$/, example: 'westeurope' },
  GCP: { form: /^[a-z]+-[a-z]+\d{1,2}$/, example: 'europe-west1' },
};

/** Describes the problem with the format of a region code, as the end of a sentence. Null when it is valid. */
export function faultInAnyRegion(region: string): string | null {
  return anyRegion.test(region) ? null : 'must be a region code, such as us-east-1, westeurope or europe-west1';
}

/** Describes the problem with a region code of a provider, as the end of a sentence. Null when it is valid. */
export function faultInRegionOf(provider: CloudProvider, region: string): string | null {
  if (provider === 'AWS') return faultInRegion(region);

  const { form, example } = forms[provider];
  return form.test(region) && region.length <= 32 ? null : `must be a region code of ${provider}, such as ${example}`;
}
