/** What every customer must know of resources that the vendor's software builds in an AWS account. The one text of it. */
export const provisionedResourcesWarning =
  'Do not change what was provisioned in the AWS account. Do not stop or terminate provisioned instances.';
