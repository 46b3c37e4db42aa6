/**
 * Messages of graphql-js 16 about text from callers, as templates. A spec compares the list with the sources of
 * graphql-js. `safe-message.ts` defines what can fill each kind of placeholder:
 *
 * - `{name}`, `{type}`, `{names}`: repeated if the schema knows them
 * - `{reason}`: why two fields conflict; names in it as above
 * - `{expected}`, `{found}`: tokens of the grammar, without text from the caller
 * - `{number}`, `{location}`, `{operation}`: a limit of the server, or words of the grammar
 * - `{suggestions}`: names of `Did you mean …?` that the schema knows
 * - `{cut}`: a value after a colon or `found`, omitted with everything after it except suggestions
 * - `{rest}`: everything that follows, omitted
 */
export const messageTemplates: readonly string[] = [
  // Lexer and parser
  `Syntax Error: Unexpected single quote character ('), did you mean to use a double quote (")?`,
  'Syntax Error: Unexpected character{cut}',
  'Syntax Error: Invalid character within String{cut}',
  'Syntax Error: Invalid character{cut}',
  'Syntax Error: Invalid number, unexpected digit after 0{cut}',
  'Syntax Error: Invalid number, expected digit{rest}',
  'Syntax Error: Invalid Unicode escape sequence{cut}',
  'Syntax Error: Invalid character escape sequence{cut}',
  'Syntax Error: Unterminated string.',
  'Syntax Error: Unexpected description, descriptions are not supported on shorthand queries.',
  'Syntax Error: Unexpected description, only GraphQL definitions support descriptions.',
  'Syntax Error: Unexpected variable "${name}" in constant value.',
  'Syntax Error: Name "{name}" is reserved and cannot be used for an enum value.',
  'Syntax Error: Expected {expected}, found {found}',
  'Syntax Error: Unexpected {found}',
  'Syntax Error: Document contains more that {number} tokens. Parsing aborted.',
  'Syntax Error: Document contains more than {number} comments. Parsing aborted.',
  'Syntax Error: Source contains more than {number} UTF-16 code units. Parsing aborted.',

  // Choice of the operation
  'Must provide operation name if query contains multiple operations.',
  'Must provide an operation.',
  'Unknown operation named "{name}".',
  'Schema is not configured to execute {operation} operation.',
  'The subscription field "{name}" is not defined.',

  // Validation: documents and operations
  'The schema definition is not executable.',
  'The "{name}" definition is not executable.',
  'This anonymous operation must be the only defined operation.',
  'There can be only one operation named "{name}".',
  'Anonymous Subscription must select only one top level field.',
  'Anonymous Subscription must not select an introspection top level field.',
  'Subscription "{name}" must select only one top level field.',
  'Subscription "{name}" must not select an introspection top level field.',
  'Maximum introspection depth exceeded',
  'Too many validation errors, error limit reached. Validation aborted.',

  // Validation: fields
  'Cannot query field "{name}" on type "{type}".{suggestions}',
  'Field "{name}" must not have a selection since type "{type}" has no subfields.',
  'Field "{name}" of type "{type}" must have a selection of subfields. Did you mean "{name} { ... }"?',
  'Field "{name}" of type "{type}" must have at least one field selected.',
  'Fields "{name}" conflict because {reason}. Use different aliases on the fields to fetch both if this was intentional.',

  // Validation: fragments
  'Unknown type "{type}".{suggestions}',
  'Unknown fragment "{name}".',
  'There can be only one fragment named "{name}".',
  'Fragment "{name}" is never used.',
  'Fragment cannot condition on non composite type "{type}".',
  'Fragment "{name}" cannot condition on non composite type "{type}".',
  'Fragment cannot be spread here as objects of type "{type}" can never be of type "{type}".',
  'Fragment "{name}" cannot be spread here as objects of type "{type}" can never be of type "{type}".',
  'Cannot spread fragment "{name}" within itself.',
  'Cannot spread fragment "{name}" within itself via {names}.',

  // Validation: arguments and directives
  'Unknown argument "{name}" on field "{name}.{name}".{suggestions}',
  'Unknown argument "{name}" on directive "@{name}".{suggestions}',
  'There can be only one argument named "{name}".',
  'Field "{name}" argument "{name}" of type "{type}" is required, but it was not provided.',
  'Directive "@{name}" argument "{name}" of type "{type}" is required, but it was not provided.',
  'Unknown directive "@{name}".',
  'Directive "@{name}" may not be used on {location}.',
  'The directive "@{name}" can only be used once at this location.',

  // Validation: variables
  'There can be only one variable named "${name}".',
  'Variable "${name}" is not defined.',
  'Variable "${name}" is not defined by operation "{name}".',
  'Variable "${name}" is never used.',
  'Variable "${name}" is never used in operation "{name}".',
  'Variable "${name}" cannot be non-input type "{type}".',
  'Variable "${name}" of type "{type}" used in position expecting type "{type}".',
  'Variable "${name}" is of type "{type}" but must be non-nullable to be used for OneOf Input Object "{type}".',

  // Validation: values in the document
  'Expected value of type "{type}"{cut}',
  'Field "{name}.{name}" of required type "{type}" was not provided.',
  'Field "{name}" is not defined by type "{type}".{suggestions}',
  'Field "{name}.{name}" must be non-null.',
  'OneOf Input Object "{type}" must specify exactly one key.',
  'There can be only one input field named "{name}".',
  'Value "{name}" does not exist in "{type}" enum.{suggestions}',
  'Enum "{type}" cannot represent non-enum value{cut}',
  'Int cannot represent non-integer value{cut}',
  'Int cannot represent non 32-bit signed integer value{cut}',
  'Float cannot represent non numeric value{cut}',
  'String cannot represent a non string value{cut}',
  'Boolean cannot represent a non boolean value{cut}',
  'ID cannot represent a non-string and non-integer value{cut}',

  // Execution: arguments with variables
  'Argument "{name}" of required type "{type}" was not provided.',
  'Argument "{name}" of required type "{type}" was provided the variable "${name}" which was not provided a runtime value.',
  'Argument "{name}" of non-null type "{type}" must not be null.',
  'Argument "{name}" has invalid value{rest}',

  // Disabled introspection, by graphql-js and by Apollo Server
  'GraphQL introspection has been disabled, but the requested query contained the field "{name}".',
  'GraphQL introspection is not allowed{rest}',

  // Apollo Server's limit for recursive selections
  'Operation "{name}" recursively requests too many selections.',
  'Anonymous operation recursively requests too many selections.',
];
