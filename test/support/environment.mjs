import vm from 'node:vm';
import NodeEnvironmentOfJest from 'jest-environment-node';

const NodeEnvironment = NodeEnvironmentOfJest.default ?? NodeEnvironmentOfJest;

/**
 * Jest's own environment, with a global object of V8's instead of one whose every property is looked up through a proxy,
 * which costs a fifth of an end-to-end suite's processor time.
 */
export default class OrdinaryGlobals extends NodeEnvironment {
  constructor(...args) {
    const { createContext } = vm;
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(...args);
    } finally {
      vm.createContext = createContext;
    }
  }
}
