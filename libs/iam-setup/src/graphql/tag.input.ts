import { Field, InputType } from '@nestjs/graphql';
import type { Tag } from '../tags.js';

@InputType('TagInput', {
  description:
    'A tag of AWS resources. Key and value can contain letters, digits and spaces of any script, and `_ . : / = + - @`. Neither can begin with `aws:`.',
})
export class TagInput implements Tag {
  @Field({
    description: 'Key of the tag. 1 to 128 characters. Keys in one list must differ in more than letter case.',
  })
  readonly key!: string;

  @Field({ description: 'Value of the tag. Up to 256 characters, can be empty.' })
  readonly value!: string;
}
