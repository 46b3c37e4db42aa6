export { type Condition } from './conditions.js';
export { Unknown, type Context, type ContextValue } from './context.js';
export {
  evaluate,
  nameOf,
  type Decision,
  type DecidingStatement,
  type Evaluation,
  type PolicyRequest,
} from './evaluate.js';
export { decide, type Permissions, type Verdict } from './permissions.js';
export { faultInPolicy, policyFrom, statementsOf, type PolicyDocument, type Statement } from './policy-document.js';
export { deletedPrincipalsIn, type Requester } from './principals.js';
export { decideTrust, type TrustVerdict } from './trust.js';
export {
  faultInEnds,
  faultInRoleArn,
  faultInRoleName,
  iamArnFrom,
  iamArnOf,
  iamPatterns,
  isRootArn,
  longestIamArn,
  withoutSpecial,
  type IamArn,
  type IamKind,
} from './iam-names.js';
