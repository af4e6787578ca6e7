# What a caller of the module has: a resource group and a gallery.
terraform {
  required_providers {
    imagebuilder = {
      source = "imagebuilder/imagebuilder"
    }
  }
}

resource "imagebuilder_resource_group" "images" {
  name     = "module-tests"
  location = "westus2"
}

resource "imagebuilder_gallery" "images" {
  name                = "module_tests"
  resource_group_name = imagebuilder_resource_group.images.name
  location            = imagebuilder_resource_group.images.location
}
