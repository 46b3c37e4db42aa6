import { join } from 'node:path';
import ts from 'typescript';
import { projectFolder } from './process.js';

/**
 * Error codes of every mutation, derived from the code: from the method of the resolver and the rules of its input
 * along all calls. A method of an abstract class includes each class that implements it.
 */
export function refusalsOfMutations(): Map<string, string[]> {
  const analysis = new Analysis(productionProgram());
  return new Map(analysis.mutations().map(([name, method]) => [name, analysis.codesFrom(method)]));
}

function productionProgram(): ts.Program {
  const { config } = ts.readConfigFile(join(projectFolder, 'tsconfig.build.json'), ts.sys.readFile);
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, projectFolder);
  return ts.createProgram(
    fileNames.filter((name) => !/\.spec\.ts$|\/testing\//.test(name)),
    { ...options, noEmit: true, incremental: false, tsBuildInfoFile: undefined },
  );
}

type ClassLike = ts.ClassDeclaration;

class Analysis {
  private readonly checker: ts.TypeChecker;
  private readonly classes: ClassLike[] = [];
  private readonly heirs = new Map<ts.Symbol, ClassLike[]>();

  constructor(program: ts.Program) {
    this.checker = program.getTypeChecker();
    for (const file of program.getSourceFiles()) {
      if (file.isDeclarationFile || file.fileName.includes('node_modules')) continue;
      this.collectClasses(file);
    }
    for (const each of this.classes)
      for (const base of this.basesOf(each)) this.heirs.set(base, [...(this.heirs.get(base) ?? []), each]);
  }

  mutations(): [string, ts.MethodDeclaration][] {
    return this.classes.flatMap((each) =>
      each.members
        .filter(ts.isMethodDeclaration)
        .filter((method) => this.decorator(method, 'Mutation'))
        .map((method): [string, ts.MethodDeclaration] => [method.name.getText(), method]),
    );
  }

  codesFrom(mutation: ts.MethodDeclaration): string[] {
    const codes = new Set<string>();
    const seen = new Set<ts.Node>([mutation]);
    const queue: ts.Node[] = [mutation];
    const enqueue = (node: ts.Node | undefined) => {
      if (node && !seen.has(node)) {
        seen.add(node);
        queue.push(node);
      }
    };
    const inputs = mutation.parameters.map((parameter) => this.checker.getTypeAtLocation(parameter));
    for (const rule of inputs.flatMap((input) => this.rulesOf(input, seen))) {
      enqueue(rule);
      if (/^@(Faultless|ChangeField)\(/.test(rule.getText())) codes.add('INVALID_INPUT');
    }

    for (let node = queue.pop(); node; node = queue.pop()) {
      const visit = (child: ts.Node): void => {
        if (ts.isDecorator(child) && child.parent === mutation) return;
        if (ts.isNewExpression(child)) for (const code of this.codesOf(child)) codes.add(code);
        if (ts.isIdentifier(child)) {
          const error = this.errorClass(child);
          if (error && !ts.isNewExpression(child.parent) && this.isRefusal(child))
            for (const code of this.constantCodes(error)) codes.add(code);
          for (const declaration of this.bodiesOf(child)) enqueue(declaration);
        }
        ts.forEachChild(child, visit);
      };
      visit(node);
    }
    return [...codes].sort();
  }

  private collectClasses(node: ts.Node): void {
    if (ts.isClassDeclaration(node)) this.classes.push(node);
    ts.forEachChild(node, (child) => this.collectClasses(child));
  }

  private basesOf(each: ClassLike): ts.Symbol[] {
    const bases = (each.heritageClauses ?? []).flatMap(({ types }) =>
      types.map(({ expression }) => this.symbol(expression)),
    );
    return bases.filter((base) => base !== undefined);
  }

  private symbol(node: ts.Node): ts.Symbol | undefined {
    const symbol = this.checker.getSymbolAtLocation(node);
    return symbol && symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
  }

  private decorator(node: ts.HasDecorators, name: string): ts.Decorator | undefined {
    return ts
      .getDecorators(node)
      ?.find(({ expression }) => ts.isCallExpression(expression) && expression.expression.getText() === name);
  }

  /** Functions of a name: a method, with its implementations; a getter; a function, or a constant with one. */
  private bodiesOf(name: ts.Identifier): ts.Node[] {
    if (ts.isTypeNode(name.parent)) return [];
    const symbol = this.symbol(name);
    return (symbol?.declarations ?? []).flatMap((declaration) => {
      if (declaration.getSourceFile().isDeclarationFile) return [];
      if (ts.isMethodDeclaration(declaration) || ts.isGetAccessor(declaration))
        return this.implementations(declaration);
      if (ts.isFunctionDeclaration(declaration)) return [declaration];
      if (ts.isVariableDeclaration(declaration) && declaration.initializer && isConstantOfFile(declaration))
        return [declaration.initializer];
      return [];
    });
  }

  private implementations(member: ts.MethodDeclaration | ts.GetAccessorDeclaration): ts.Node[] {
    const owner = ts.isClassDeclaration(member.parent) ? this.symbol(member.parent.name!) : undefined;
    const name = member.name.getText();
    const inHeirs = this.descendantsOf(owner).flatMap((heir) =>
      heir.members.filter(
        (each) => each.name?.getText() === name && (ts.isMethodDeclaration(each) || ts.isGetAccessor(each)),
      ),
    );
    return [member, ...inHeirs];
  }

  private descendantsOf(owner: ts.Symbol | undefined): ClassLike[] {
    const heirs = owner ? (this.heirs.get(owner) ?? []) : [];
    return heirs.flatMap((heir) => [heir, ...this.descendantsOf(heir.name && this.symbol(heir.name))]);
  }

  /** Error class of a name. */
  private errorClass(name: ts.Node): ClassLike | undefined {
    const declaration = this.symbol(name)?.valueDeclaration;
    return declaration && ts.isClassDeclaration(declaration) && this.isError(declaration) ? declaration : undefined;
  }

  private isError(each: ClassLike): boolean {
    if (each.name?.text === 'DomainError') return true;
    return this.basesOf(each).some(
      (base) =>
        base.valueDeclaration && ts.isClassDeclaration(base.valueDeclaration) && this.isError(base.valueDeclaration),
    );
  }

  /**
   * Whether the name of an error is passed to a function that throws it: `Faultless('The region', faultInRegion,
   * UnknownRegion)`.
   */
  private isRefusal(name: ts.Identifier): boolean {
    return ts.isCallExpression(name.parent)
      ? name.parent.arguments.includes(name)
      : ts.isPropertyAssignment(name.parent) && name.parent.initializer === name;
  }

  private codesOf({ expression, arguments: given = ts.factory.createNodeArray() }: ts.NewExpression): string[] {
    const error = this.errorClass(expression);
    return error ? this.codesMadeBy(error, [...given]) : [];
  }

  private constantCodes(error: ClassLike): string[] {
    return this.codesMadeBy(error, []);
  }

  /**
   * Codes that the constructor passes to that of `DomainError`: a literal, or an argument, whose type contains the
   * codes.
   */
  private codesMadeBy(error: ClassLike, given: readonly ts.Expression[]): string[] {
    const constructor = error.members.find(ts.isConstructorDeclaration);
    const base = this.basesOf(error)
      .map(({ valueDeclaration }) => valueDeclaration)
      .find((each) => each && ts.isClassDeclaration(each));
    if (!base || !ts.isClassDeclaration(base)) return [];
    if (!constructor) return this.codesMadeBy(base, given);
    const call = superCallOf(constructor);
    if (!call) return [];
    const resolved = call.arguments.map((argument) => {
      const at = constructor.parameters.findIndex(({ name }) => name.getText() === argument.getText());
      return at >= 0 ? (given[at] ?? argument) : argument;
    });
    return base.name?.text === 'DomainError' ? this.textsOf(resolved[1]) : this.codesMadeBy(base, resolved);
  }

  private textsOf(expression: ts.Expression | undefined): string[] {
    if (!expression) return [];
    if (ts.isStringLiteral(expression)) return [expression.text];
    const type = this.checker.getTypeAtLocation(expression);
    return (type.isUnion() ? type.types : [type]).flatMap((each) => (each.isStringLiteral() ? [each.value] : []));
  }

  /** Rules in the decorators of an input, and of its nested inputs. */
  private rulesOf(type: ts.Type, seen: Set<ts.Node>): ts.Node[] {
    const declaration = type.getSymbol()?.valueDeclaration;
    if (!declaration || !ts.isClassDeclaration(declaration) || seen.has(declaration)) return [];
    if (!this.decorator(declaration, 'InputType')) return [];
    seen.add(declaration);
    const inherited = this.basesOf(declaration).flatMap((base) =>
      this.rulesOf(this.checker.getDeclaredTypeOfSymbol(base), seen),
    );
    return [
      ...inherited,
      ...declaration.members
        .filter(ts.isPropertyDeclaration)
        .flatMap((property) => [
          ...(ts.getDecorators(property) ?? []),
          ...partsOf(this.checker.getTypeAtLocation(property), this.checker).flatMap((part) =>
            this.rulesOf(part, seen),
          ),
        ]),
    ];
  }
}

function partsOf(type: ts.Type, checker: ts.TypeChecker): ts.Type[] {
  if (type.isUnion()) return type.types.flatMap((each) => partsOf(each, checker));
  const element = checker.getIndexTypeOfType(type, ts.IndexKind.Number);
  return element ? [element] : [type];
}

function isConstantOfFile({ parent }: ts.VariableDeclaration): boolean {
  return ts.isSourceFile(parent.parent.parent);
}

function superCallOf(constructor: ts.ConstructorDeclaration): ts.CallExpression | undefined {
  let found: ts.CallExpression | undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword) found = node;
    ts.forEachChild(node, visit);
  };
  visit(constructor);
  return found;
}
