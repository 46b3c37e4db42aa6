import { AwsError } from '../protocol/aws-errors.js';
import { xml, type Protocol } from '../protocol/protocol.js';
import { toXml } from '../protocol/xml.js';

/** How EC2 writes answers and refusals, which is its own way ("ec2 query", EC2 API reference, common errors). */
export const ec2Protocol: Protocol = {
  result: (namespace, action, content, requestId) => {
    const inside = toXml({ requestId, ...(content as object) }, 'item');
    return xml(200, `<${action}Response xmlns="${namespace}">${inside}</${action}Response>`);
  },
  refusal: (_, error, requestId) => {
    const { status, code, message } = inWordsOfEc2(error);
    const inside = toXml({ Errors: { Error: { Code: code, Message: message } }, RequestID: requestId });
    return xml(status, `<?xml version="1.0" encoding="UTF-8"?>\n<Response>${inside}</Response>`);
  },
};

function inWordsOfEc2(error: AwsError): AwsError {
  const { code, message } = error;
  switch (code) {
    case 'InvalidClientTokenId':
    case 'SignatureDoesNotMatch':
      return new AwsError(401, 'AuthFailure', 'AWS was not able to validate the provided access credentials');
    case 'AccessDenied':
      return new AwsError(403, 'UnauthorizedOperation', `You are not authorized to perform this operation. ${message}`);
    case 'ExpiredToken':
      return new AwsError(400, 'RequestExpired', 'Request has expired.');
    case 'Throttling':
      return new AwsError(503, 'RequestLimitExceeded', 'Request limit exceeded.');
    case 'ServiceFailure':
      return new AwsError(500, 'InternalError', 'An internal error has occurred');
    default:
      return error;
  }
}
