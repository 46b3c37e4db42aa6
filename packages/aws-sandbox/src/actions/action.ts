import { type Caller } from '../caller.js';
import { type SandboxState } from '../state/sandbox-state.js';
import { type XmlContent } from '../protocol/xml.js';

/**
 * What one action answers: the content of its `…Result` element. It throws an AwsError to refuse.
 *
 * Asks `authorize` before anything else, unless AWS allows the action to everybody.
 */
export type Action = (caller: Caller, parameters: URLSearchParams, state: SandboxState) => XmlContent;
