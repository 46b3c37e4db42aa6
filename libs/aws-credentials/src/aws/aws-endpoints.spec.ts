import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import { awsRegions, faultInRegion, partitionOf } from '#libs/iam-setup';
import { Secret } from '#libs/kernel';
import { AwsAccessKey } from '../aws-access-key.js';
import { endpointFor } from './aws-endpoints.js';

const key = new AwsAccessKey('AKIAIOSFODNN7EXAMPLE', new Secret('x'));

/** Endpoint and signing region that the SDK itself would use. */
function sdkEndpoint(service: 'sts' | 'iam', region: string) {
  const common = { Region: region, UseDualStack: false, UseFIPS: false };
  const { url, properties } =
    service === 'sts'
      ? new STSClient({ region }).config.endpointProvider({ ...common, UseGlobalEndpoint: false })
      : new IAMClient({ region }).config.endpointProvider(common);
  const [scheme] = (properties?.['authSchemes'] as { signingRegion?: string }[] | undefined) ?? [];
  return { url: url.href.replace(/\/$/, ''), signingRegion: scheme?.signingRegion ?? region };
}

describe('the endpoints', () => {
  it.each(awsRegions)('are the same as in the SDK in %s', (region) => {
    for (const service of ['sts', 'iam'] as const)
      expect({ service, ...endpointFor(service, key, region, { timeoutMs: 1 }) }).toEqual({
        service,
        ...sdkEndpoint(service, region),
      });
  });

  it('exist only for regions of AWS', () => {
    expect(() => endpointFor('sts', key, 'us-east-1.evil.example/#', { timeoutMs: 1 })).toThrow(/not checked/);
  });
});

describe('the regions', () => {
  /** The SDK does not export its list of regions, so it is read from its source. */
  const sdkRegions = () => {
    const client = createRequire(import.meta.url).resolve('@aws-sdk/core/client');
    const file = client.replace(/dist-cjs.*$/, 'dist-es/submodules/client/util-endpoints/lib/aws/partitions.js');
    const source = readFileSync(file, 'utf8')
      .replace(/^export const \w+ = /, '')
      .replace(/;\s*$/, '');
    const { partitions } = JSON.parse(source) as { partitions: { id: string; regions: Record<string, unknown> }[] };
    return partitions
      .filter(({ id }) => !id.startsWith('aws-iso')) // regions for classified workloads, which are not reachable
      .flatMap(({ id, regions }) =>
        Object.keys(regions)
          .filter((name) => !name.endsWith('-global'))
          .map((name) => `${id} ${name}`),
      );
  };

  it('are the same as in the SDK in its public partitions', () => {
    expect(awsRegions.map((region) => `${partitionOf(region)} ${region}`).sort()).toEqual(sdkRegions().sort());
  });

  it.each(['', 'us-east-1 ', 'US-EAST-1', 'aws-global', 'us-iso-east-1', 'constructor', '__proto__'])(
    'do not include %j',
    (region) => {
      expect(faultInRegion(region)).not.toBeNull();
    },
  );
});
