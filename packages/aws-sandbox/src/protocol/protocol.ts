import { type Answer } from './answer.js';
import { type AwsError } from './aws-errors.js';
import { toXml, type XmlContent } from './xml.js';

/** How a service writes its answers. */
export interface Protocol {
  result(namespace: string, action: string, content: XmlContent, requestId: string): Answer;
  refusal(namespace: string, error: AwsError, requestId: string): Answer;
}

/** The query protocol of STS and IAM. */
export const queryProtocol: Protocol = {
  result: (namespace, action, content, requestId) => {
    const inside = toXml({ [`${action}Result`]: content, ResponseMetadata: { RequestId: requestId } });
    return xml(200, `<${action}Response xmlns="${namespace}">${inside}</${action}Response>`);
  },
  refusal: (namespace, { status, code, message }, requestId) => {
    const fault = status < 500 ? 'Sender' : 'Receiver';
    const inside = toXml({ Error: { Type: fault, Code: code, Message: message }, RequestId: requestId });
    return xml(status, `<ErrorResponse xmlns="${namespace}">${inside}</ErrorResponse>`);
  },
};

export const xml = (status: number, body: string): Answer => ({
  status,
  contentType: 'text/xml; charset=utf-8',
  body,
});
