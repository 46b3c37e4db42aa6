import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** All messages in the sources of graphql-js, with the canary in place of inserted text. */
export function messagesOfGraphql(canary: string): string[] {
  const root = dirname(createRequire(import.meta.url).resolve('graphql/package.json'));
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.mjs'));
  return [...new Set(files.flatMap((file) => messagesIn(readFileSync(join(root, file), 'utf8'), canary)))];
}

function messagesIn(source: string, canary: string): string[] {
  const messages: string[] = [];
  const visit = (node: ts.Node): void => {
    const text = messageArgument(node);
    if (text)
      messages.push(
        ...textsOf(text, canary).map((message) => (ts.isNewExpression(node) ? '' : 'Syntax Error: ') + message),
      );
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.mjs', source, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS));
  return messages;
}

function messageArgument(node: ts.Node): ts.Expression | undefined {
  if (ts.isNewExpression(node) && node.expression.getText() === 'GraphQLError') return node.arguments?.[0];
  if (ts.isCallExpression(node) && node.expression.getText() === 'syntaxError') return node.arguments[2];
  return undefined;
}

function textsOf(expression: ts.Expression, canary: string): string[] {
  const texts = (part: ts.Expression) => textsOf(part, canary);
  if (ts.isStringLiteralLike(expression)) return [expression.text];
  if (ts.isParenthesizedExpression(expression)) return texts(expression.expression);
  if (ts.isConditionalExpression(expression)) return [...texts(expression.whenTrue), ...texts(expression.whenFalse)];
  if (ts.isBinaryExpression(expression)) return joined(texts(expression.left), texts(expression.right));
  if (ts.isTemplateExpression(expression)) {
    return expression.templateSpans.reduce(
      (starts, span) => joined(joined(starts, texts(span.expression)), [span.literal.text]),
      [expression.head.text],
    );
  }
  const found = fillings.find(([source]) => source.test(expression.getText()));
  return found ? found[1].map((text) => text.replaceAll('CANARY', canary)) : [canary];
}

const joined = (starts: readonly string[], ends: readonly string[]) =>
  starts.flatMap((start) => ends.map((end) => start + end));

/** Text that graphql-js inserts besides names and values, by source. */
const fillings: readonly (readonly [RegExp, string[]])[] = [
  [/^didYouMean|^suggestion$/, ['', ' Did you mean "CANARY"?', ' Did you mean the enum value "CANARY" or "AWS"?']],
  [/^getTokenKindDesc/, ['Name', '"{"', '<EOF>']],
  [/^getTokenDesc/, ['Name "CANARY"']],
  [/^value$/, ['fragment']],
  [/^max[A-Z]/, ['1000']],
  [/^candidateLocation$/, ['FIELD']],
  [/^operation\.operation$/, ['mutation']],
  [/^defName$/, ['schema', '"CANARY"']],
  [/^reason$/, ['"CANARY" and "CANARY" are different fields', 'they have differing arguments']],
  [/^viaPath$/, ['"CANARY", "CANARY"']],
];
