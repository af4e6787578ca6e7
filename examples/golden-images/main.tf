terraform {
  required_version = ">= 1.8"
  required_providers {
    imagebuilder = {
      source = "imagebuilder/imagebuilder"
    }
  }
}

provider "imagebuilder" {
  backend = "local"
}

resource "imagebuilder_resource_group" "images" {
  name     = "golden-images"
  location = "westus2"
}

resource "imagebuilder_gallery" "images" {
  name                = "golden"
  resource_group_name = imagebuilder_resource_group.images.name
  location            = imagebuilder_resource_group.images.location
}

# One entry an image; all of them are built at the same time.
module "image" {
  source   = "../modules/golden-image"
  for_each = var.images

  name                = each.key
  resource_group_name = imagebuilder_resource_group.images.name
  gallery_name        = imagebuilder_gallery.images.name
  location            = imagebuilder_resource_group.images.location

  description  = each.value.description
  source_image = { platform_image = var.base }
  customize    = concat(local.every_image, [for line in each.value.commands : { shell = { inline = [line] } }])
  on_destroy   = var.on_destroy
}

locals {
  # What all images have in common comes first: its layers are shared between their runs.
  every_image = [
    { name = "origin", shell = { inline = ["echo 'built by the platform team' | sudo tee /etc/issue"] } },
  ]
}
