import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sandboxVendorAccountId } from '#libs/aws-credentials';
import { readRequest } from '../../packages/aws-sandbox/src/http/read-request.js';
import { parametersOf, type AwsRequest } from '../../packages/aws-sandbox/src/protocol/request.js';
import { parseAuthorization } from '../../packages/aws-sandbox/src/signature/authorization.js';
import { signingTimeOf } from '../../packages/aws-sandbox/src/signature/signing-time.js';
import { signatureFits } from '../../packages/aws-sandbox/src/signature/verify-signature.js';
import { toXml, type XmlContent } from '../../packages/aws-sandbox/src/protocol/xml.js';

/** STS and IAM for access keys that look real, each with its own secret. */
export interface KeyedAws {
  readonly url: string;
  /** Access key IDs with their secrets. A call that is signed with another secret is refused. */
  readonly secrets: Map<string, string>;
  /** Access key IDs whose calls are never answered. */
  readonly silent: Set<string>;
  close(): Promise<void>;
}

/**
 * The sandbox has one secret for all access keys. Where secrets must be distinguished, each access key needs its own:
 * then a successful call proves that the gateway has this secret.
 */
export async function startKeyedAws(): Promise<KeyedAws> {
  const secrets = new Map<string, string>();
  const silent = new Set<string>();
  const server = createServer((incoming, response) => {
    const { accessKeyId } = parseAuthorization(incoming.headers.authorization ?? '');
    if (silent.has(accessKeyId)) return;
    void answerTo(incoming, secrets).then(({ status, content }) =>
      response.writeHead(status, { 'content-type': 'text/xml' }).end(toXml(content)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secrets,
    silent,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answerTo(
  incoming: IncomingMessage,
  secrets: ReadonlyMap<string, string>,
): Promise<{ status: number; content: XmlContent }> {
  const request: AwsRequest = await readRequest(incoming);
  const authorization = parseAuthorization(request.headers['authorization'] ?? '');
  const { accessKeyId } = authorization;
  const secret = secrets.get(accessKeyId);
  if (secret === undefined) return refusal('InvalidClientTokenId');
  if (!(await signatureFits(request, authorization, signingTimeOf(request), secret)))
    return refusal('SignatureDoesNotMatch');

  const parameters = parametersOf(request);
  const account = '123456789012';
  if (parameters.get('Action') === 'GetRole') {
    const name = parameters.get('RoleName')!;
    const role = { RoleName: name, RoleId: 'AROAROLE', Arn: `arn:aws:iam::${account}:role/${name}`, Path: '/' };
    const more = { CreateDate: '2024-01-01T00:00:00Z', AssumeRolePolicyDocument: encodeURIComponent(trustPolicy) };
    return {
      status: 200,
      content: { GetRoleResponse: { GetRoleResult: { Role: { ...role, ...more } } } },
    };
  }
  if (parameters.get('Action') === 'SimulatePrincipalPolicy') {
    const listed = (name: string) =>
      [...parameters].filter(([key]) => key.startsWith(`${name}.member.`)).map(([, value]) => value);
    const allowed = listed('ActionNames').map((action) => ({
      EvalActionName: action,
      EvalResourceName: '*',
      EvalDecision: 'allowed',
      ResourceSpecificResults: listed('ResourceArns').map((arn) => ({
        EvalResourceName: arn,
        EvalResourceDecision: 'allowed',
      })),
    }));
    const result = { EvaluationResults: allowed, IsTruncated: 'false' };
    return {
      status: 200,
      content: { SimulatePrincipalPolicyResponse: { SimulatePrincipalPolicyResult: result } },
    };
  }
  const user = { Arn: `arn:aws:iam::${account}:user/${accessKeyId}`, UserId: `AIDA${accessKeyId}`, Account: account };
  return { status: 200, content: { GetCallerIdentityResponse: { GetCallerIdentityResult: user } } };
}

/** Trusts the vendor's account, whichever the gateway uses, with MFA. */
const trustPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${sandboxVendorAccountId}:root` },
      Action: 'sts:AssumeRole',
      Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
    },
  ],
});

const refusal = (code: string) => ({
  status: 403,
  content: { ErrorResponse: { Error: { Type: 'Sender', Code: code, Message: 'Refused.' } } },
});
