import { type Action } from '../actions/action.js';
import { AwsError } from '../protocol/aws-errors.js';
import { authorizeChange, authorizeMaking, placeOf } from './access.js';
import { instanceShown, stateShown } from './describe.js';
import { invalidValue, listIn, missingParameter, required } from './parameters.js';
import { type Instance, type InstanceState } from './resource.js';
import { newId } from './store.js';

/** How long an instance is on its way from one state to another, in milliseconds at the pace of 1. */
const onTheWay = 2000;

export const runInstances: Action = (caller, parameters, state) => {
  const instanceType = required(parameters, 'InstanceType');
  const count = Number(required(parameters, 'MaxCount'));
  if (!(count >= 1 && count <= 500)) throw invalidValue('maxCount', String(count));
  const subnetId = parameters.get('SubnetId');
  const groupIds = listIn(parameters, 'SecurityGroupId');
  const tags = authorizeMaking(caller, 'RunInstances', 'instance', parameters, state);
  // The root volume and the network interface, which the sandbox does not show.
  authorizeMaking(caller, 'RunInstances', 'volume', parameters, state);
  authorizeMaking(caller, 'RunInstances', 'network-interface', parameters, state);
  if (subnetId !== null) authorizeChange(caller, 'RunInstances', 'subnet', subnetId, state);
  for (const id of groupIds) authorizeChange(caller, 'RunInstances', 'security-group', id, state);

  const made = Array.from({ length: count }, (): Instance => ({
    ...{ kind: 'instance', id: newId('instance'), ...placeOf(caller), tags, instanceType, subnetId, groupIds },
    launchedAt: new Date().toISOString(),
    state: 'pending',
    next: { state: 'running', at: Date.now() + onTheWay * state.pace },
  }));
  for (const instance of made) state.ec2.put(instance);
  return {
    reservationId: made[0]!.id.replace('i-', 'r-'),
    ownerId: caller.account.id,
    instancesSet: made.map(instanceShown),
  };
};

/** What each action leads over, and to what; from any other state it is refused. */
const changes = {
  StartInstances: { from: ['stopped', 'pending', 'running'], over: 'pending', to: 'running' },
  StopInstances: { from: ['running', 'stopping', 'stopped'], over: 'stopping', to: 'stopped' },
  TerminateInstances: {
    from: ['pending', 'running', 'stopping', 'stopped', 'shutting-down', 'terminated'],
    over: 'shutting-down',
    to: 'terminated',
  },
} as const satisfies Record<string, { from: readonly InstanceState[]; over: InstanceState; to: InstanceState }>;

const changing =
  (action: keyof typeof changes): Action =>
  (caller, parameters, state) => {
    const ids = listIn(parameters, 'InstanceId');
    if (ids.length === 0) throw missingParameter('InstanceId');
    const { from, over, to } = changes[action];
    const instances = ids.map((id) => authorizeChange(caller, action, 'instance', id, state));
    const stuck = instances.find((instance) => !(from as readonly InstanceState[]).includes(instance.state));
    if (stuck) {
      const message = `The instance '${stuck.id}' is not in a state from which it can be changed so.`;
      throw new AwsError(400, 'IncorrectInstanceState', message);
    }
    const changed = instances.map((instance): Instance => {
      if (instance.state === over || instance.state === to) return instance;
      return { ...instance, state: over, next: { state: to, at: Date.now() + onTheWay * state.pace } };
    });
    for (const instance of changed) state.ec2.put(instance);
    return {
      instancesSet: changed.map((instance, i) => ({
        instanceId: instance.id,
        currentState: stateShown(instance.state),
        previousState: stateShown(instances[i]!.state),
      })),
    };
  };

export const startInstances = changing('StartInstances');
export const stopInstances = changing('StopInstances');
export const terminateInstances = changing('TerminateInstances');
