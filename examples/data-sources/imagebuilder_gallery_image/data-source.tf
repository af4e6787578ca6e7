data "imagebuilder_gallery_image" "base" {
  name                = "base"
  gallery_name        = "golden"
  resource_group_name = "golden-images"

  depends_on = [imagebuilder_gallery_image.base]
}
