import { Field, InputType } from '@nestjs/graphql';
import type { Tag } from '../tags.js';

@InputType('TagInput', {
  description:
    'A tag of resources at AWS. Key and value have letters, digits and spaces of any script, and `_ . : / = + - @`; neither begins with `aws:`.',
})
export class TagInput implements Tag {
  @Field({
    description: 'Key of 1 to 128 characters. Keys of one list differ by more than the case of letters.',
  })
  readonly key!: string;

  @Field({ description: 'Value of up to 256 characters; may be empty.' })
  readonly value!: string;
}
