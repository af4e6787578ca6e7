resource "imagebuilder_gallery" "images" {
  name                = "golden"
  resource_group_name = imagebuilder_resource_group.images.name
  location            = imagebuilder_resource_group.images.location
  description         = "Images that every team may use"
}
