import vm from 'node:vm';
import NodeEnvironmentOfJest from 'jest-environment-node';

const NodeEnvironment = NodeEnvironmentOfJest.default ?? NodeEnvironmentOfJest;

/**
 * Environment of Jest with V8's global object, instead of one whose properties are looked up through a proxy, which
 * costs a fifth of the CPU time of an end-to-end suite.
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
