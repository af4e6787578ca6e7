terraform import imagebuilder_staging_resource_group.base \
  /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/base-staging
