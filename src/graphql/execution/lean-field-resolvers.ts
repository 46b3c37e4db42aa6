import { Injectable, type ArgumentMetadata, type ExecutionContext, type Type } from '@nestjs/common';
import { ExternalContextCreator } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { ValidateInputPipe } from '../variables/validate-input.pipe.js';
import { FastPathSetting } from './fast-path-setting.js';

type Call = readonly [source: unknown, args: Record<string, unknown>, context: object, info: unknown];
type Read = (call: Call) => unknown;
type Method = (...values: unknown[]) => unknown;

/** Metadata of Nest for a parameter of a resolver, by `type:index`. */
interface Parameter {
  readonly index: number;
  readonly data?: string;
  readonly pipes: readonly unknown[];
  /** Of a custom decorator, such as `@CurrentViewer()`. */
  readonly factory?: (data: unknown, context: ExecutionContext) => unknown;
}

/** Types of parameters in the metadata of @nestjs/graphql: `@Parent()`, `@Context()`, `@Info()` and `@Args()`. */
const places = { root: '0', context: '1', info: '2', args: '3' };

/**
 * Calls field resolvers without the wrapper of Nest, which takes longer than most of them. Fields have no guards, interceptors
 * or filters, and their parameters get the same values. Frozen arguments, which all objects of a field share in a compiled
 * query, are validated once.
 */
@Injectable()
export class LeanFieldResolvers {
  constructor(
    creator: ExternalContextCreator,
    private readonly pipe: ValidateInputPipe,
    fastPath: FastPathSetting,
  ) {
    if (!fastPath.isOn) return;
    const create = creator.create.bind(creator);
    creator.create = ((...given: Parameters<typeof create>) => {
      const [instance, method, name, , , , , options, kind] = given;
      const isField =
        String(kind) === 'graphql' && options && !options.guards && !options.interceptors && !options.filters;
      return (isField && this.resolver(instance, method, name)) || create(...given);
    }) as typeof create;
  }

  /** Returns undefined for a method with pipes of its own. */
  private resolver(instance: object, method: Method, name: string): Method | undefined {
    const { constructor } = instance;
    if ([constructor, method].some((target) => Reflect.hasMetadata('__pipes__', target))) return undefined;
    const noted = Reflect.getMetadata('__routeArguments__', constructor, name) as Record<string, Parameter> | undefined;
    const parameters = Object.entries(noted ?? {});
    if (parameters.some(([, { pipes }]) => pipes.length > 0)) return undefined;

    const types = (Reflect.getMetadata('design:paramtypes', instance, name) ?? []) as Type[];
    const reads: Read[] = [];
    for (const [key, parameter] of parameters)
      reads[parameter.index] = this.read(key, parameter, types[parameter.index], constructor as Type, method);
    for (let index = 0; index < reads.length; index++) reads[index] ??= () => undefined;

    return (...given) => {
      const call = given as unknown as Call;
      const values = reads.map((read) => read(call));
      return values.some((value) => value instanceof Promise)
        ? Promise.all(values).then((settled) => method.apply(instance, settled))
        : method.apply(instance, values);
    };
  }

  private read(
    key: string,
    { data, factory }: Parameter,
    metatype: Type | undefined,
    host: Type,
    method: Method,
  ): Read {
    if (factory)
      return (call) => {
        const context = new ExecutionContextHost([...call], host, method);
        context.setType('graphql');
        return factory(data, context);
      };
    const of = (value: unknown) => (data && value ? (value as Record<string, unknown>)[data] : value);
    switch (key.split(':')[0]) {
      case places.root:
        return ([source]) => source;
      case places.context:
        return ([, , context]) => of(context);
      case places.info:
        return ([, , , info]) => of(info);
      case places.args:
        return this.readArguments(of, { type: 'body', metatype, data });
      default:
        throw new Error(`A field resolver has a parameter of an unknown kind: ${key}.`);
    }
  }

  private readArguments(of: (args: unknown) => unknown, metadata: ArgumentMetadata): Read {
    const known = new WeakMap<object, unknown>();
    return ([, args]) => {
      // Arguments of a compiled query are frozen, and the same object for each call.
      if (!Object.isFrozen(args)) return this.pipe.transform(of(args), metadata);
      if (known.has(args)) return known.get(args);
      const input = this.pipe.transform(of(args), metadata);
      known.set(args, input);
      if (input instanceof Promise)
        void input.then(
          (checked) => known.set(args, checked),
          () => undefined,
        );
      return input;
    };
  }
}
