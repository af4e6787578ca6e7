data "imagebuilder_gallery_image_versions" "base" {
  gallery_image_name  = imagebuilder_gallery_image.base.name
  gallery_name        = imagebuilder_gallery.images.name
  resource_group_name = imagebuilder_resource_group.images.name

  depends_on = [imagebuilder_image_template_run.base]
}

output "next_base_version" {
  value = provider::imagebuilder::next_version(data.imagebuilder_gallery_image_versions.base.versions[*].name)
}
