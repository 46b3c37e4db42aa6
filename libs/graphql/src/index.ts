export { alikeTogether, Batch } from './batch.js';
export { ChangeField } from './change-field.js';
export {
  ConnectionArgs,
  connectionOf,
  defaultPage,
  longestPage,
  OrderDirection,
  pageRequest,
  toConnection,
  type Connection,
  type ListOrder,
} from './connection.js';
export { byId, byInteger, byMoment, byText, type SortValue } from './cursor.js';
export { atMost, listFilterDescription, mostChoices, mostIn } from './descriptions.js';
export { registerEnum } from './enum.js';
export { Faultless, faultInLength, type Refusal } from './faultless.js';
export { idOf, parseGlobalId, toGlobalId } from './global-id.js';
export { isTyped, NodeType, typeNameOf, withNodeIds } from './node.js';
export { NodeSource } from './node-source.js';
export { Pasted } from './pasted.js';
export { readsOnly, selectedProperties } from './selected-properties.js';
export {
  ArnScalar,
  AwsAccountIdScalar,
  CidrBlockScalar,
  DateTimeScalar,
  SecretStringScalar,
  UrlScalar,
} from './scalars.js';
export {
  declareErrorCodes,
  ErrorCode,
  GeneralUserErrorType,
  PayloadType,
  toUserError,
  UserErrorType,
  VersionConflictErrorType,
} from './user-error.js';
