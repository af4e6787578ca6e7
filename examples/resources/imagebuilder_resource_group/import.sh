terraform import imagebuilder_resource_group.images \
  /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/golden-images
