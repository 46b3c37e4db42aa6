export { isKnownOperator, type Condition } from './conditions.js';
export {
  decisions,
  evaluate,
  type Decision,
  type Evaluation,
  type MatchedStatement,
  type PolicyRequest,
} from './evaluate.js';
export { type Context } from './patterns.js';
export { decide, type Permissions, type Verdict } from './permissions.js';
export { faultInPolicy, statementsOf, type PolicyDocument, type Statement } from './policy-document.js';
export { decideTrust, type Trusted, type TrustVerdict } from './trust.js';
