#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { sandboxKeys, sandboxSecret, startAwsSandbox } from '../dist/index.js';

const usage = `Usage: aws-sandbox [--port NUMBER] [--ec2-file FILE]

Starts STS, IAM and EC2 at one address of this machine.

  --port NUMBER     TCP port. Default: 4566
  --ec2-file FILE   file that keeps the EC2 resources between starts`;

/** @param {string} reason */
function refuse(reason) {
  console.error(`${reason}\n\n${usage}`);
  process.exit(2);
}

function options() {
  try {
    const { values } = parseArgs({
      options: { port: { type: 'string', default: '4566' }, 'ec2-file': { type: 'string' }, help: { type: 'boolean' } },
    });
    return values;
  } catch (error) {
    return refuse(error.message);
  }
}

const { port, 'ec2-file': ec2File, help } = options();
if (help) {
  console.log(usage);
  process.exit(0);
}
if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) refuse(`--port must be a number from 0 to 65535, not ${port}.`);

try {
  const { url } = await startAwsSandbox({ port: Number(port), ec2File });
  console.log(`The AWS sandbox is ready at ${url}

  AWS_ENDPOINT_URL       ${url}
  AWS_ACCESS_KEY_ID      ${sandboxKeys[0].accessKeyId}
  AWS_SECRET_ACCESS_KEY  ${sandboxSecret}
`);
} catch (error) {
  console.error(
    error.code === 'EADDRINUSE' ? `Port ${port} is in use. Choose another port with --port.` : error.message,
  );
  process.exit(1);
}
