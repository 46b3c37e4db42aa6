/** Warning for customers about resources that the vendor's software builds. All places use this text. */
export const provisionedResourcesWarning =
  'Do not change the provisioned resources in the AWS account. Do not stop or terminate provisioned instances.';
