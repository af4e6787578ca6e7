data "imagebuilder_gallery_image_version" "latest" {
  name                = "latest"
  gallery_image_name  = imagebuilder_gallery_image.base.name
  gallery_name        = imagebuilder_gallery.images.name
  resource_group_name = imagebuilder_resource_group.images.name

  # The version that this run makes; without it, the newest one before.
  depends_on = [imagebuilder_image_template_run.base]
}
