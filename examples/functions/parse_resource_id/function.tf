locals {
  version = provider::imagebuilder::parse_resource_id(
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/images/providers/microsoft.compute/galleries/golden/images/base/versions/1.2.0"
  )
}

output "gallery_name" {
  value = local.version.parts["galleries"] # "golden"
}

output "gallery_image_id" {
  # "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute/galleries/golden/images/base"
  value = local.version.parent_id
}
