import { registerEnumType } from '@nestjs/graphql';

/** An enum as the schema describes it. Every value has a description: one without does not compile. */
interface EnumDescription<Values extends object> {
  readonly name: string;
  readonly description: string;
  readonly valuesMap: Record<keyof Values, { readonly description: string }>;
}

/** Makes an object an enum of the schema. */
export function registerEnum<Values extends object>(values: Values, description: EnumDescription<Values>): void {
  registerEnumType(values, description as Parameters<typeof registerEnumType<Values>>[1]);
}
