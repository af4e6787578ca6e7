locals {
  images_group_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images"
}

output "managed_image_id" {
  value = provider::imagebuilder::resource_id("Microsoft.Compute/images", local.images_group_id, "base")
}

output "gallery_image_version_id" {
  value = provider::imagebuilder::resource_id(
    "Microsoft.Compute/galleries/images/versions", local.images_group_id, "golden", "base", "latest"
  )
}
