import type { PolicyDocument, Statement } from '@cloud-account-gateway/iam-policy';

const documentOf = (...Statement: Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });

export const everything = documentOf({ Effect: 'Allow', Action: '*', Resource: '*' });

/** Says nothing of these actions, so that no policy allows them. */
export const everythingBut = (...actions: string[]) =>
  documentOf({ Effect: 'Allow', NotAction: actions, Resource: '*' });

/** Allows all, and denies these actions all the same. */
export const everythingExceptDenied = (...actions: string[]) =>
  documentOf(...[everything.Statement].flat(), { Effect: 'Deny', Action: actions, Resource: '*' });
