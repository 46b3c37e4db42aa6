import { faultInRegion } from '#libs/aws-credentials';

export const CloudProvider = { AWS: 'AWS', AZURE: 'AZURE', GCP: 'GCP' } as const;
export type CloudProvider = keyof typeof CloudProvider;

/** The form of a region's code at any provider. */
const anyRegion = /^[a-z][a-z0-9-]{1,30}[a-z0-9]$/;

// Providers that are only hosted here are the operator's to know: of theirs we check the form.
const forms: Record<Exclude<CloudProvider, 'AWS'>, { form: RegExp; example: string }> = {
  AZURE: { form: /^[a-z]{4,}\d?[a-z]*$/, example: 'westeurope' },
  GCP: { form: /^[a-z]+-[a-z]+\d{1,2}$/, example: 'europe-west1' },
};

/** What is wrong with the form of a region's code, whosever it is, as the end of a sentence; null when nothing is. */
export function faultInAnyRegion(region: string): string | null {
  return anyRegion.test(region) ? null : 'must be a region code, such as us-east-1, westeurope or europe-west1';
}

/** What is wrong with the code of a provider's region, as the end of a sentence; null when nothing is. */
export function faultInRegionOf(provider: CloudProvider, region: string): string | null {
  if (provider === 'AWS') return faultInRegion(region);

  const { form, example } = forms[provider];
  return form.test(region) && region.length <= 32 ? null : `must be a region code of ${provider}, such as ${example}`;
}
