import { type AwsError } from './aws-errors.js';
import { toXml, type XmlContent } from './xml.js';

/** What goes back over HTTP. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** The connection is cut, and nothing goes back. */
export const cut = 'cut' as const;

export type Outcome = Answer | typeof cut;

export function result(namespace: string, action: string, content: XmlContent, requestId: string): Answer {
  const inside = toXml({ [`${action}Result`]: content, ResponseMetadata: { RequestId: requestId } });
  return xml(200, `<${action}Response xmlns="${namespace}">${inside}</${action}Response>`);
}

export function refusal(namespace: string, { status, code, message }: AwsError, requestId: string): Answer {
  const fault = status < 500 ? 'Sender' : 'Receiver';
  const inside = toXml({ Error: { Type: fault, Code: code, Message: message }, RequestId: requestId });
  return xml(status, `<ErrorResponse xmlns="${namespace}">${inside}</ErrorResponse>`);
}

const xml = (status: number, body: string): Answer => ({ status, contentType: 'text/xml; charset=utf-8', body });
