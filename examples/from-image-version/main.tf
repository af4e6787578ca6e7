terraform {
  required_version = ">= 1.8"
  required_providers {
    imagebuilder = {
      source = "imagebuilder/imagebuilder"
    }
  }
}

# The backend is the environment's choice: `local` unless IMAGEBUILDER_BACKEND names another.
provider "imagebuilder" {}

resource "imagebuilder_resource_group" "images" {
  name     = "from-image-version"
  location = var.location
}

resource "imagebuilder_gallery" "images" {
  name                = "from_image_version"
  resource_group_name = imagebuilder_resource_group.images.name
  location            = var.location
}

resource "imagebuilder_gallery_image" "application" {
  name                = "application"
  gallery_name        = imagebuilder_gallery.images.name
  resource_group_name = imagebuilder_resource_group.images.name
  location            = var.location
  os_type             = "Linux"
  identifier          = { publisher = "application-team", offer = "application", sku = "1" }
}

# One team's image on top of another's.
resource "imagebuilder_image_template" "application" {
  name                = "application"
  resource_group_name = imagebuilder_resource_group.images.name
  location            = var.location
  identity            = var.identity_id == null ? null : { identity_ids = [var.identity_id] }

  source = { gallery_image_version_id = var.source_image_version_id }

  customize = [
    {
      name = "application"
      shell = {
        inline = [
          "sudo mkdir -p /opt/application",
          "echo '{ \"port\": 8080 }' | sudo tee /opt/application/settings.json",
        ]
      }
    },
  ]

  distribute = [
    {
      run_output_name = "gallery"
      gallery_image   = { gallery_image_id = imagebuilder_gallery_image.application.id }
    },
  ]
}

# With `…/versions/latest` as the source a newer version of the base plans a new run.
resource "imagebuilder_image_template_run" "application" {
  image_template_id        = imagebuilder_image_template.application.id
  triggers                 = { template = imagebuilder_image_template.application.fingerprint }
  rebuild_on_source_update = true
  on_destroy               = "delete_images"
}
