import { Secret } from '#libs/kernel';
import { AwsAccessKey } from './aws-access-key.js';

describe('an access key', () => {
  it.each([
    ['AKIASANDBOXWORKSA1U1', true],
    ['AKIASANDBOX00A1U1ABC', true],
    ['ASIASANDBOXABCDEFGHI', true],
    ['AKIAIOSFODNN7EXAMPLE', false],
    ['ASIAIOSFODNN7EXAMPLE', false],
    ['AIDASANDBOXUSERIDA1U', false],
    ['XAKIASANDBOXWORKSA1U', false],
  ])('%s is one of the sandbox: %s', (accessKeyId, isSandbox) => {
    expect(new AwsAccessKey(accessKeyId, new Secret('x')).isSandbox).toBe(isSandbox);
  });
});
