import { type Action } from '../actions/action.js';
import { authorizeChange, foundAny } from './access.js';
import { listIn, missingParameter, structuresIn, required, tagsIn } from './parameters.js';

export const createTags: Action = (caller, parameters, state) => {
  const tags = tagsIn(parameters, '');
  for (const resource of tagged('CreateTags', caller, parameters, state))
    state.ec2.put({ ...resource, tags: { ...resource.tags, ...tags } });
  return { return: 'true' };
};

/** With a value a tag goes only when it has that one. */
export const deleteTags: Action = (caller, parameters, state) => {
  const doomed = structuresIn(parameters, 'Tag').map((at) => ({
    key: required(parameters, `${at}.Key`),
    value: parameters.get(`${at}.Value`),
  }));
  for (const resource of tagged('DeleteTags', caller, parameters, state)) {
    const kept = Object.entries(resource.tags).filter(
      ([key, value]) => !doomed.some((tag) => tag.key === key && (tag.value ?? value) === value),
    );
    state.ec2.put({ ...resource, tags: Object.fromEntries(kept) });
  }
  return { return: 'true' };
};

function tagged(action: string, ...[caller, parameters, state]: Parameters<Action>) {
  const ids = listIn(parameters, 'ResourceId');
  if (ids.length === 0) throw missingParameter('resourceIdSet');
  return ids
    .map((id) => foundAny(caller, id, state))
    .map(({ kind, id }) => authorizeChange(caller, action, kind, id, state));
}
