export { withoutBlanksAround } from './blanks.js';
export { changedTo } from './change.js';
export { CallerGone, currentCaller, refuseIfCallerGone } from './caller.js';
export { clientNetwork, faultInCidr, isInOneOf } from './cidr.js';
export { Clock, SystemClock } from './clock.js';
export {
  commonErrors,
  InvalidField,
  InvalidInput,
  NotFound,
  VersionConflict,
  type InputFault,
} from './common-errors.js';
export {
  DomainError,
  type DomainErrorOptions,
  type ErrorCatalog,
  type ErrorEntry,
  type ResponsibleParty,
  type ErrorKind,
} from './domain-error.js';
export { explain, FileUnusable, fileUnusable, onFile } from './file-unusable.js';
export { asHeld, type AccountReference, type Held } from './held.js';
export { faultInName, faultInText, longestNameKey, nameKey, normalizeName } from './name.js';
export { runAs, userName } from './os-user.js';
export { type Page, type PageRequest, type Position, type SortDirection } from './page.js';
export { Reconciler, type ReconcilerOptions } from './reconciler.js';
export { Reconcilers, type BackgroundTask } from './reconcilers.js';
export { Secret } from './secret.js';
export { addTime, backOff, spread } from './time.js';
export { isTurnOver, joinLane, nextTurn } from './turns.js';
export { UnitOfWork } from './unit-of-work.js';
export { watch, watched, type WatchedAwsCall, type WatchedReconciler, type WatchedStatement } from './watched.js';
export { eachOf } from './each-of.js';
