data "imagebuilder_gallery" "images" {
  name                = "golden"
  resource_group_name = "golden-images"

  # Another configuration makes it, as a rule; here it is this one.
  depends_on = [imagebuilder_gallery.images]
}
