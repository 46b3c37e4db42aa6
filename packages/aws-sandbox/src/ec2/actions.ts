import { type Action } from '../actions/action.js';
import {
  describeInstances,
  describeSecurityGroups,
  describeSubnets,
  describeVolumes,
  describeVpcs,
} from './describe.js';
import { runInstances, startInstances, stopInstances, terminateInstances } from './instances.js';
import {
  authorizeEgress,
  authorizeIngress,
  createSecurityGroup,
  createSubnet,
  createVolume,
  createVpc,
  deleteSecurityGroup,
  deleteSubnet,
  deleteVolume,
  deleteVpc,
  revokeEgress,
  revokeIngress,
} from './networks.js';
import { createTags, deleteTags } from './tags.js';

/** What building a subscription takes, looking after it, and meddling with it. */
export const ec2Actions: Readonly<Record<string, Action>> = {
  AuthorizeSecurityGroupEgress: authorizeEgress,
  AuthorizeSecurityGroupIngress: authorizeIngress,
  CreateSecurityGroup: createSecurityGroup,
  CreateSubnet: createSubnet,
  CreateTags: createTags,
  CreateVolume: createVolume,
  CreateVpc: createVpc,
  DeleteSecurityGroup: deleteSecurityGroup,
  DeleteSubnet: deleteSubnet,
  DeleteTags: deleteTags,
  DeleteVolume: deleteVolume,
  DeleteVpc: deleteVpc,
  DescribeInstances: describeInstances,
  DescribeSecurityGroups: describeSecurityGroups,
  DescribeSubnets: describeSubnets,
  DescribeVolumes: describeVolumes,
  DescribeVpcs: describeVpcs,
  RevokeSecurityGroupEgress: revokeEgress,
  RevokeSecurityGroupIngress: revokeIngress,
  RunInstances: runInstances,
  StartInstances: startInstances,
  StopInstances: stopInstances,
  TerminateInstances: terminateInstances,
};
