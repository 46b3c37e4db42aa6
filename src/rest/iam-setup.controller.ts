import {
  cloudFormationTemplate,
  IamSetupSettings,
  partitionNames,
  policyFiles,
  terraformDefaults,
  toYaml,
  type AwsPartition,
  type SetupFile,
} from '#libs/iam-setup';
import { Controller, Get, NotFoundException, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { strToU8, zipSync } from 'fflate';

/**
 * Parts of the IAM setup that are the same for every customer, as files. They need no API key: they contain no secret
 * and no data of a tenant, and the person who sets up an AWS account often has no API key. They accept no values, so
 * that no link to them can choose whom to trust.
 */
@Controller('iam-setup')
export class IamSetupController {
  /** Created on first use, so that neither a start nor repeated requests cost time. */
  private made: ReadonlyMap<string, Download> | undefined;

  constructor(private readonly settings: IamSetupSettings) {}

  @Get(':name')
  file(@Param('name') name: string, @Res() reply: FastifyReply): FastifyReply {
    return this.send(name, reply);
  }

  @Get('policies/:name')
  policies(@Param('name') name: string, @Res() reply: FastifyReply): FastifyReply {
    return this.send(`policies/${name}`, reply);
  }

  private send(path: string, reply: FastifyReply): FastifyReply {
    const found = (this.made ??= downloads(this.settings)).get(path);
    if (!found) throw new NotFoundException();

    return reply
      .type(found.type)
      .header('content-disposition', `attachment; filename="${path.replace('/', '-')}"`)
      .send(found.body);
  }
}

interface Download {
  readonly type: string;
  readonly body: Uint8Array;
}

function downloads(settings: IamSetupSettings): Map<string, Download> {
  const template = cloudFormationTemplate(settings);
  const text = (type: string, body: string) => ({ type: `${type}; charset=utf-8`, body: strToU8(body) });
  return new Map([
    ['template.yaml', text('application/yaml', toYaml(template))],
    ['template.json', text('application/json', `${JSON.stringify(template, null, 2)}\n`)],
    ['terraform.zip', zipOf(terraformDefaults(settings))],
    ...Object.keys(partitionNames).map(
      (partition) => [`policies/${partition}.zip`, zipOf(policyFiles(settings, partition as AwsPartition))] as const,
    ),
  ]);
}

/** The same files always give the same zip. */
function zipOf(files: readonly SetupFile[]): Download {
  const contents = Object.fromEntries(files.map(({ name, content }) => [name, strToU8(content)]));
  return { type: 'application/zip', body: zipSync(contents, { mtime: new Date(2000, 0, 1) }) };
}
