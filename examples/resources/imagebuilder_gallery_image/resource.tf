resource "imagebuilder_gallery_image" "base" {
  name                = "base"
  gallery_name        = imagebuilder_gallery.images.name
  resource_group_name = imagebuilder_resource_group.images.name
  location            = imagebuilder_resource_group.images.location
  os_type             = "Linux"

  identifier = {
    publisher = "platform-team"
    offer     = "base"
    sku       = "1"
  }
}
