import { iamArn, roleOf, type Account } from '../accounts/account.js';
import { invalidInput, missingValue } from '../protocol/aws-errors.js';
import { authorize } from '../caller.js';
import { nameIn } from '../state/sandbox-state.js';
import { type Action } from './action.js';

/** The services that define a role for themselves, as far as anybody here asks for one. */
const roles: Readonly<Record<string, string>> = {
  'transitgateway.amazonaws.com': 'AWSServiceRoleForVPCTransitGateway',
};

const pathOf = (service: string) => `/aws-service-role/${service}/`;
const arnOf = (account: Account, service: string, name: string) => iamArn(account, `role${pathOf(service)}${name}`);

export const createServiceLinkedRole: Action = (caller, parameters, state) => {
  const service = parameters.get('AWSServiceName');
  if (!service) throw missingValue('aWSServiceName');
  const name = Object.hasOwn(roles, service) ? roles[service]! : 'Unknown';
  const arn = arnOf(caller.account, service, name);
  const context = new Map([['iam:awsservicename', [service]]]);
  authorize(caller, 'iam:CreateServiceLinkedRole', { arn, context }, state);
  if (name === 'Unknown') throw invalidInput(`Service ${service} does not support service-linked roles.`);

  const key = nameIn(caller.account, name);
  if (state.roles.has(key))
    throw invalidInput(`Service role name ${name} has been taken in this account, please try a different suffix.`);
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  } as const;
  const path = pathOf(service);
  state.roles.set(key, { trust, path });
  const role = roleOf(caller.account, name, trust, path);
  return {
    Role: {
      Path: path,
      AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(trust)),
      RoleId: role.id,
      RoleName: name,
      Arn: role.arn,
      CreateDate: role.createDate,
    },
  };
};
