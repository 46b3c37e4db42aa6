import { type ApolloServerPlugin } from '@apollo/server';
import {
  GraphQLError,
  type GraphQLSchema,
  isInputType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { knownNamesOf } from './known-names.js';
import { type InputFault, VariableFaults } from './variable-faults.js';

/**
 * The variables of a request do not match its operation. Message and problems contain names of the schema, never a
 * value.
 */
export class InvalidVariables extends GraphQLError {
  readonly faults: readonly InputFault[];

  constructor(found: VariableFaults, nodes: readonly VariableDefinitionNode[]) {
    const { faults } = found;
    super(found.toString(), { nodes, extensions: { code: 'BAD_USER_INPUT', http: { status: 400 }, faults } });
    this.faults = faults;
  }
}

/**
 * Refuses invalid variables before graphql-js processes them: its messages repeat values and keys from the caller.
 * Accepts exactly what `getVariableValues` of graphql-js accepts (except for the nesting limit of {@link
 * VariableFaults}). Every transport that executes operations must call this first.
 *
 * @throws InvalidVariables
 */
export function checkVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> = {},
): void {
  const found = new VariableFaults();
  const faultyNodes: VariableDefinitionNode[] = [];

  for (const node of operation.variableDefinitions ?? []) {
    const faultsBefore = found.faults.length;
    checkVariable(schema, node, variables, found);
    if (found.faults.length > faultsBefore) faultyNodes.push(node);
  }

  if (found.count > 0) throw new InvalidVariables(found, faultyNodes);
}

function checkVariable(
  schema: GraphQLSchema,
  node: VariableDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  found: VariableFaults,
): void {
  const name = node.variable.name.value;
  // Callers choose the names of variables, so a name can be a secret as well.
  const path = [knownNamesOf(schema).has(name) ? name : '…'];
  const type = typeFromAST(schema, node.type);

  if (!isInputType(type)) {
    found.add(path, 'is of a type that variables cannot have.'); // Validation, if enabled, refuses it earlier.
  } else if (Object.hasOwn(variables, name)) {
    found.check(variables[name], type, path);
  } else if (isNonNullType(type) && !node.defaultValue) {
    found.add(path, `is required (${type.toString()}).`);
  }
}

/** {@link checkVariables} for Apollo Server. */
export function variablesCheck(): ApolloServerPlugin {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ schema, operation, request }) => {
        // Undefined if no operation has the requested name. Apollo reports that.
        if (operation) checkVariables(schema, operation, request.variables);
      },
    }),
  };
}
