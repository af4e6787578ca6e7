data "imagebuilder_platform_image" "busybox" {
  location  = imagebuilder_resource_group.images.location
  publisher = "imagebuilder"
  offer     = "busybox"
  sku       = "tiny"
}

output "busybox_version" {
  value = data.imagebuilder_platform_image.busybox.exact_version
}
