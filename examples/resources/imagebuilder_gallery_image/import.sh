terraform import imagebuilder_gallery_image.base \
  /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/golden-images/providers/Microsoft.Compute/galleries/golden/images/base
